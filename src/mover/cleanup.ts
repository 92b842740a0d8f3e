// Ends what a run that died has left, in an order that harms nothing: first what may still be working, then the mount, then
// the hypervisor's job if it had one, then the unfinished snapshot. Safe to repeat; says what it found. A store that cannot be reached keeps
// nobody from the rest.
import { rm, rmdir } from 'node:fs/promises';
import { openBackupStore } from '../datastore/all.ts';
import type { BackupStore } from '../datastore/backup-store.ts';
import { anyOf, endProcesses } from '../exec/run-processes.ts';
import { clearMount } from '../fuse/mount.ts';
import { openHypervisor } from '../hypervisor/all.ts';
import { reasonOf } from '../model/errors.ts';
import type { CleanupResult, CleanupTask } from '../model/tasks/cleanup.ts';
import { clearServed } from './served-point.ts';

/** One that waits for a dead mount goes only with the mount. */
const FIRST_MS = 5000;

export async function cleanup({ backup, directory, drill, operationId, store }: CleanupTask): Promise<CleanupResult> {
  const mended: string[] = [];
  const { killed, left: stuck } = await endProcesses(anyOf(operationId), 0, FIRST_MS);
  if (killed > 0) mended.push(`${killed} process${killed === 1 ? '' : 'es'} of the run still worked and got SIGKILL`);
  for (const mounted of [directory, backup?.directory]) {
    if (mounted === undefined) continue;
    if (await clearMount(mounted)) mended.push(`${mounted} was still mounted`);
    await rmdir(mounted).catch(ignoreAbsent);
  }
  if (stuck > 0) await endProcesses(anyOf(operationId), 0);
  if (backup !== null) {
    mended.push(...(await openHypervisor(backup.hypervisor).cleanBackup(backup)));
    await rm(backup.runDirectory, { recursive: true, force: true });
  }
  if (drill) {
    if (await openHypervisor(drill.hypervisor).endDrill(operationId)) mended.push('the machine of the drill still ran');
    if (await clearServed(drill.directory)) mended.push(`backups were still shown in ${drill.directory}`);
    await rm(drill.directory, { recursive: true, force: true });
  }
  if (store === null) return { mended, left: '' };
  try {
    const unfinished = await removeUnfinished(openBackupStore(store), operationId);
    if (unfinished.length > 0) mended.push(`the unfinished snapshot ${unfinished.join(', ')} was removed`);
    return { mended, left: '' };
  } catch (error) {
    return { mended, left: reasonOf(error) };
  }
}

async function removeUnfinished(store: BackupStore, operationId: string): Promise<string[]> {
  const unfinished = await store.find(operationId);
  if (unfinished.length > 0) await store.remove(unfinished);
  return unfinished;
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
