// Opens disks of a backup in the machine that reads files, and keeps it until it is told to stop. The files do not pass through here: the
// machine connects to whoever asked for it.
import { findAppliance } from '../appliance/kept.ts';
import { startMachine } from '../appliance/machine.ts';
import type { BrowseResult, BrowseTask } from '../model/tasks/browse.ts';
import { servePoint } from './served-point.ts';

export async function browse(task: BrowseTask, signal: AbortSignal): Promise<BrowseResult> {
  const { directory, port, uid, kvm } = task;
  const appliance = await findAppliance();
  const served = await servePoint(task, signal);
  try {
    const disks = served.disks.map(({ diskId, exportName }) => ({ diskId, exportName, socket: `disk.${diskId}.sock` }));
    const machine = await startMachine(appliance, { directory, port, disks, uid, kvm });
    const stopped = new Promise<string>((resolve) => {
      signal.addEventListener('abort', () => resolve('it was stopped'), { once: true });
      if (signal.aborted) resolve('it was stopped');
    });
    try {
      return { ended: await Promise.race([machine.ended, served.lost, stopped]) };
    } finally {
      machine.stop();
      await machine.ended;
    }
  } finally {
    await served.close();
  }
}
