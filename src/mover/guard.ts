// Watches the room that copy-before-write needs while a backup runs. When it gets tight the backup must end, because a guest
// whose old blocks cannot be saved would see its writes fail.
import { statfs } from 'node:fs/promises';
import { CODE, OneError } from '../model/errors.ts';

const EVERY_MS = 200;
/** The backup ends when less than this is left where the scratch files grow. */
export const RESERVE_BYTES = 128 * 1024 * 1024;

/** Calls `full` once when the room is nearly gone. Returns what stops the watch. */
export function guardScratch(directory: string, full: (error: OneError) => void): () => void {
  let over = false; // a slow file system answers several looks at once, or after the watch has ended
  const stop = (): void => {
    over = true;
    clearInterval(timer);
  };
  const look = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(directory);
    const freeBytes = bavail * bsize;
    if (over || freeBytes >= RESERVE_BYTES) return;
    stop();
    const mib = (bytes: number): number => Math.floor(bytes / 2 ** 20);
    full(
      new OneError(
        CODE.ACTION,
        `The copy-before-write scratch in ${directory} has ${mib(freeBytes)} MiB left, under the reserve of ${mib(RESERVE_BYTES)} MiB: the backup ended so that the guest's writes go on.`,
        { retry: true, hint: 'Give that file system more room, or back up when the guest writes less.' },
      ),
    );
  };
  const timer = setInterval(() => {
    look().catch(() => undefined); // the directory goes when the run ends
  }, EVERY_MS);
  return stop;
}
