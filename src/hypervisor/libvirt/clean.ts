// Ends what a dead run left on a domain. The guest comes first: it is resumed and thawed before anything else is tried.
import type { BackupBegin } from '../hypervisor.ts';
import { letGo } from './freeze.ts';
import { endJob, jobSettled } from './live-backup.ts';
import { stopLeftOver } from './off-server.ts';
import { removeRunFiles } from './run-directory.ts';
import { dropBegun } from './trackers.ts';
import type { Virsh } from './virsh.ts';

/**
 * Only touches a job, processes and files of this run directory. Says in words what it found. A guest that could not be let
 * go is an error, after everything else was cleaned; its note stays, so that the next clean-up tries again.
 */
export async function cleanUp(virsh: Virsh, begin: BackupBegin): Promise<string[]> {
  const found: string[] = [];
  try {
    found.push(...(await letGo(virsh, begin)));
  } finally {
    found.push(...(await endWork(virsh, begin)), ...(await dropBegun(virsh, begin)));
  }
  return found;
}

async function endWork(virsh: Virsh, begin: BackupBegin): Promise<string[]> {
  const found: string[] = [];
  await jobSettled(virsh, begin.domain);
  if (await endJob(virsh, begin)) found.push(`Ended a backup job of ${begin.domain} that nobody used any more.`);
  for (const { diskId } of begin.disks) {
    const pid = await stopLeftOver(begin.runDirectory, diskId);
    if (pid !== null) found.push(`Stopped qemu-nbd (process ${pid}), which still served disk ${diskId}.`);
  }
  const files = await removeRunFiles(begin.runDirectory);
  if (files.length > 0) found.push(`Removed ${files.join(', ')} from ${begin.runDirectory}.`);
  return found;
}
