// Lets go of what a program has mounted on a directory, also when the program is dead or the mount is in use.
import { run } from '../exec/exec.ts';

const UNMOUNT_MS = 30_000;
/** What umount says when nothing is mounted. */
const NOT_MOUNTED = 32;

/** Nothing mounted there is no error. Returns whether there was something. */
export async function unmount(directory: string): Promise<boolean> {
  const { code } = await run(['umount', '-l', '--', directory], { okCodes: [NOT_MOUNTED], timeoutMs: UNMOUNT_MS });
  return code === 0;
}
