// The snapshots of a repository as directories, by `restic mount`, whose files can be read in any order. It takes no lock: backups and the
// removal of backups go on meanwhile, and what is removed can no longer be read.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoreView } from '../backup-store.ts';
import { unmount } from '../unmount.ts';
import { ended, interrupt, startRestic } from './start.ts';
import type { ResticConfig } from './config.ts';
import { failure } from './failure.ts';

const ANSWER_MS = 10_000;
const RETRY_MS = 20;

export async function mountRepository(
  config: ResticConfig,
  directory: string,
  signal: AbortSignal,
): Promise<StoreView> {
  signal.throwIfAborted();
  await unmount(directory); // a restic that was killed leaves a mount that answers nobody
  const running = startRestic(config, ['mount', '--no-lock', '--', directory]);
  const over = ended(running);
  const close = async (): Promise<void> => {
    interrupt(running);
    await over;
    await unmount(directory);
  };
  const stop = (): void => interrupt(running);
  signal.addEventListener('abort', stop, { once: true });
  const serves = new Promise<undefined>((resolve) => {
    createInterface({ input: running.stdout }).on('line', (line) => {
      if (line.startsWith('Now serving')) resolve(undefined);
    });
  });
  const early = await Promise.race([serves, over]).finally(() => signal.removeEventListener('abort', stop));
  const what = 'show the backups as files';
  if (early || signal.aborted || !(await answers(directory))) {
    await close();
    throw failure(what, config, early ?? (await over));
  }
  return {
    root: directory,
    pathOf: (source, path) => join(directory, 'ids', source, path),
    lost: over.then((exit) => failure(what, config, exit).message),
    close,
  };
}

/** restic serves soon after it says so; until then the first look may fail. */
async function answers(directory: string): Promise<boolean> {
  for (const until = Date.now() + ANSWER_MS; Date.now() < until; await delay(RETRY_MS)) {
    if (await stat(join(directory, 'ids')).catch(() => undefined)) return true; // not yet: looked at again
  }
  return false;
}
