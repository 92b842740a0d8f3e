// A backup of a VM that is powered off: one read-only qemu-nbd per disk. All disks stand still, so the tracker that begins with the
// backup is added to each of them before the first is read.
import type { Running } from '../../exec/exec.ts';
import type { BackupBegin, BackupExports, DiskExport } from '../hypervisor.ts';
import { addTracker, prepareOff, removeTracker } from './off-trackers.ts';
import { serve } from './off-server.ts';
import * as directory from './run-directory.ts';
import { bitmapTracking } from './tracking.ts';

export async function beginOff(begin: BackupBegin): Promise<BackupExports> {
  const date = Math.floor(Date.now() / 1000);
  const { parent, next, warnings } = await prepareOff(begin.disks, bitmapTracking(begin));
  await directory.makeRunDirectory(begin.runDirectory);
  const servers: Running[] = [];
  const end = async (): Promise<void> => {
    for (const server of servers) server.stop();
    await Promise.all(servers.map((server) => server.exit));
    await directory.removeRunFiles(begin.runDirectory);
  };
  try {
    if (next !== null) await addTracker(begin.disks, next);
    const exports: DiskExport[] = [];
    for (const disk of begin.disks) exports.push(await serve(begin.runDirectory, disk, servers, parent));
    return { exports, date, warnings, consistency: 'crash', scratchBytes: async () => 0, end };
  } catch (error) {
    await end();
    if (next !== null) await removeTracker(begin.disks, next).catch(() => undefined); // the first failure is the one to report
    throw error;
  }
}
