// restic can wait for ever after it has met a full file system. Watches the one of a repository while a backup goes into it: no room
// for another pack, and nothing written for a while, means that nothing more will come.
import { statfs } from 'node:fs/promises';

/** A pack, which restic writes as a whole, twice over. */
const ROOM_BYTES = 32 * 2 ** 20;
const LOOK_MS = 5000;
const STILL_LOOKS = 12;

export interface FullStoreWatch {
  /** Aborts when the backup will not go on. */
  signal: AbortSignal;
  end(): void;
}

/** Watches until `end`; what is not a directory here cannot be watched. One that cannot be looked at is restic's to complain about. */
export function watchFullStore(repository: string | undefined, freeBytes = freeIn, lookMs = LOOK_MS): FullStoreWatch {
  const full = new AbortController();
  if (repository === undefined) return { signal: full.signal, end: () => undefined };
  let before = -1;
  let still = 0;
  const look = async (): Promise<void> => {
    const free = await freeBytes(repository);
    still = free < ROOM_BYTES && free === before ? still + 1 : 0;
    before = free;
    if (still >= STILL_LOOKS) full.abort();
  };
  const timer = setInterval(() => void look().catch(() => undefined), lookMs); // restic tells better what is wrong
  timer.unref();
  return { signal: full.signal, end: () => clearInterval(timer) };
}

async function freeIn(directory: string): Promise<number> {
  const { bsize, bavail } = await statfs(directory);
  return bsize * bavail;
}
