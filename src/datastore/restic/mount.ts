// The snapshots of a repository as directories, by `restic mount`, whose files can be read in any order. It takes no lock: backups and the
// removal of backups go on, and what is removed can no longer be read.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../../exec/exec.ts';
import type { MountedStore } from '../backup-store.ts';
import { ended, interrupt, startRestic } from './command.ts';
import type { ResticConfig } from './config.ts';
import { failure } from './failure.ts';

const UNMOUNT_MS = 30_000;
/** What umount says when nothing is mounted. */
const NOT_MOUNTED = 32;

export async function mountRepository(
  config: ResticConfig,
  directory: string,
  signal: AbortSignal,
): Promise<MountedStore> {
  signal.throwIfAborted();
  // a program under another user reads descriptors of these files; what keeps others out is the directory above
  const args = ['mount', '--no-lock', '--allow-other', '--no-default-permissions', '--', directory];
  const running = startRestic(config, args);
  const over = ended(running);
  const close = async (): Promise<void> => {
    interrupt(running);
    await over;
    await run(['umount', '-l', directory], { okCodes: [1, NOT_MOUNTED], timeoutMs: UNMOUNT_MS });
  };
  signal.addEventListener('abort', () => interrupt(running), { once: true });
  const serves = new Promise<void>((resolve) => {
    createInterface({ input: running.stdout }).on('line', (line) => {
      if (line.startsWith('Now serving')) resolve();
    });
  });
  const exit = await Promise.race([serves.then(() => undefined), over]);
  if (exit || signal.aborted) {
    await close();
    throw failure('show the backups as files', config.repository, exit ?? (await over));
  }
  return { pathOf: (source, path) => join(directory, 'ids', source, path), close };
}
