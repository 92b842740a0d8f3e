// Ends what a run that died has left, in an order that harms nothing: first what may still be working, then the mount, then
// the hypervisor's job if it had one, then the unfinished snapshot. Safe to repeat; says what it found. A store that cannot be reached keeps
// nobody from the rest.
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBackupStore } from '../datastore/all.ts';
import type { BackupStore } from '../datastore/backup-store.ts';
import { clearMount } from '../fuse/mount.ts';
import { openHypervisor } from '../hypervisor/all.ts';
import { reasonOf } from '../model/errors.ts';
import type { CleanupResult, CleanupTask } from '../model/mover-protocol.ts';
import { clearServed } from './served-point.ts';

const GONE_LIMIT_MS = 5000;
const GONE_POLL_MS = 20;

export async function cleanup({ backup, directory, drill, operationId, store }: CleanupTask): Promise<CleanupResult> {
  const mended: string[] = [];
  const killed = await killAllOf(operationId);
  if (killed > 0) mended.push(`${killed} process${killed === 1 ? '' : 'es'} of the run still worked and got SIGKILL`);
  for (const mounted of [directory, backup?.directory]) {
    if (mounted === undefined) continue;
    if (await clearMount(mounted)) mended.push(`${mounted} was still mounted`);
    await rmdir(mounted).catch(ignoreAbsent);
  }
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

/** Kills every process that carries the run's id on its command line: its mover, its backup program, its exporters. */
async function killAllOf(operationId: string): Promise<number> {
  const found = await processesOf(operationId);
  found.forEach(kill);
  const until = Date.now() + GONE_LIMIT_MS; // one that waits for a dead mount goes only with the mount
  while (Date.now() < until && (await processesOf(operationId)).length > 0) await sleep(GONE_POLL_MS);
  return found.length;
}

async function processesOf(operationId: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => ''); // it may have ended meanwhile
    if (command.includes(operationId)) found.push(pid);
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
