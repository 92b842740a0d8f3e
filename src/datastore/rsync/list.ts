// Lists the backups of a datastore from the names of what is there.
import type { ListedSnapshot } from '../backup-store.ts';
import { runThere, type Site } from './command.ts';
import { findManifests, manifestsIn } from './layout.ts';

export async function listBackups(site: Site, signal: AbortSignal): Promise<ListedSnapshot[]> {
  const commands = [findManifests(site.path)];
  const stdout = await runThere(site, { what: 'list the backups', commands, signal });
  return manifestsIn(site.path, stdout).sort((a, b) => a.storedAt - b.storedAt);
}
