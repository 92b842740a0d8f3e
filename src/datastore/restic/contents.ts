// Names of the files in a repository, which restic need not decrypt to be listed: read from the directory where it is one, else asked of
// restic.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runRestic } from './command.ts';
import type { ResticConfig } from './config.ts';

/** Ids of all snapshots. Takes no lock. */
export async function snapshotIds(config: ResticConfig, signal?: AbortSignal): Promise<string[]> {
  const { local } = config.transport;
  if (local !== undefined) return readdir(join(local, 'snapshots'));
  const args = ['list', 'snapshots', '--no-lock'];
  const listed = await runRestic({ config, what: 'list the backups', args, signal });
  return listed.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line));
}

/** Whether there may be a lock; one that is elsewhere may always have some. */
export async function mayBeLocked({ transport: { local } }: ResticConfig): Promise<boolean> {
  if (local === undefined) return true;
  const locks = await readdir(join(local, 'locks')).catch(() => []); // without a directory there is none
  return locks.length > 0;
}
