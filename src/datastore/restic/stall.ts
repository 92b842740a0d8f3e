// Watches whether restic moves anything. A connection over which nothing comes any more can stay open for ever, and restic before 0.17 waits as
// long. What a process reads and writes is counted by the kernel, files, pipes and sockets alike.
import { readFile } from 'node:fs/promises';

const LOOKS = 10;
/** What restic tells of itself counts as well: so much is said in no such time. */
const STILL_BYTES = 64 * 1024;

export interface StallWatch {
  /** Aborts when it stands still. */
  signal: AbortSignal;
  end(): void;
}

/** Watches the process until `end`. One that cannot be looked at has ended, which others notice. */
export function watchStall(pid: number, stallMs: number, movedBytes = movedBy): StallWatch {
  const still = new AbortController();
  const seen: number[] = [];
  const look = async (): Promise<void> => {
    seen.push(await movedBytes(pid));
    if (seen.length <= LOOKS) return;
    const before = seen.shift() ?? 0;
    if ((seen.at(-1) ?? 0) - before < STILL_BYTES) still.abort();
  };
  const timer = setInterval(() => void look().catch(() => undefined), stallMs / LOOKS); // it has ended
  timer.unref();
  return { signal: still.signal, end: () => clearInterval(timer) };
}

async function movedBy(pid: number): Promise<number> {
  const io = await readFile(`/proc/${pid}/io`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(io)?.[1] ?? 0);
  return of('rchar') + of('wchar');
}
