// A drill, where the backup and a hypervisor can be reached: the point is served at random access, a machine boots from overlays over
// it, and whatever comes of that, the machine and all that it has written are gone at the end. What stays is a picture of its screen.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openHypervisor } from '../hypervisor/all.ts';
import type { DrillDisk, DrillMachine, Hypervisor } from '../hypervisor/hypervisor.ts';
import { CleanStop, CODE, OneError, reasonOf } from '../model/errors.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { DrillResult, DrillTask } from '../model/tasks/drill.ts';
import { watchDrill } from './drill-watch.ts';
import { servePoint, type ServedPoint } from './served-point.ts';
import { Undo } from './undo.ts';

type Tell = (event: MoverEvent) => void;

/** Throws what keeps the machine from booting at all; one that does not answer is a result. */
export async function drill(task: DrillTask, signal: AbortSignal, tell: Tell): Promise<DrillResult> {
  const undo = new Undo();
  try {
    const result = await boot(task, signal, tell, undo);
    const left = await undo.run();
    if (left.length > 0)
      throw new OneError(CODE.INTERNAL, `The drill ended, but something of it is left: ${left.join('; ')}.`);
    return { ...result, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
  } catch (error) {
    const left = await undo.run();
    if (left.length > 0)
      throw new OneError(CODE.INTERNAL, `${reasonOf(error)} Left behind: ${left.join('; ')}.`, { cause: error });
    throw signal.aborted ? new CleanStop(reasonOf(error), { cause: error }) : error;
  }
}

async function boot(
  task: DrillTask,
  signal: AbortSignal,
  tell: Tell,
  undo: Undo,
): Promise<Omit<DrillResult, 'peakRssBytes'>> {
  const { directory, operationId, machine: wanted, store } = task;
  tell({ type: 'phase', phase: 'opening the backup' });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  undo.push(`remove ${directory}`, () => rm(directory, { recursive: true, force: true }));
  const disks = wanted.disks.filter(({ members }) => members.length > 0);
  const served = await servePoint({ store, disks, directory }, signal);
  undo.push('close the backup', () => served.close());
  signal.throwIfAborted();
  tell({ type: 'phase', phase: 'booting' });
  const hypervisor = openHypervisor(task.hypervisor);
  undo.push('end the machine', () => hypervisor.endDrill(operationId));
  const { memoryMb, vcpu, kvm, template } = wanted;
  const spec = { operationId, memoryMb, vcpu, kvm, template, directory, disks: contentsOf(task, served) };
  const machine = await bootUnlessGone(hypervisor, spec, served.lost);
  const verdict = await watchDrill(machine, task, served.lost, signal);
  const endedAt = Date.now();
  tell({ type: 'phase', phase: 'cleaning up' });
  const kept = await keepScreen(machine, task.screen);
  const { by, reason } = { by: '', reason: '', ...verdict };
  return { by, reason, endedAt, screen: kept === '', warnings: kept === '' ? [] : [kept] };
}

/** A machine whose disks cannot be read says less about that than who serves them. */
async function bootUnlessGone(
  hypervisor: Hypervisor,
  spec: Parameters<Hypervisor['beginDrill']>[0],
  lost: Promise<string>,
): Promise<DrillMachine> {
  try {
    return await hypervisor.beginDrill(spec);
  } catch (error) {
    const gone = await Promise.race([lost, Promise.resolve('')]);
    throw gone === '' ? error : new OneError(CODE.INTERNAL, gone, { cause: error, retry: true });
  }
}

function contentsOf({ machine }: DrillTask, served: ServedPoint): DrillDisk[] {
  return machine.disks.map(({ diskId, target, virtualBytes }) => {
    const content = served.disks.find((disk) => disk.diskId === diskId);
    return { diskId, target, virtualBytes, ...(content && { content }) };
  });
}

/** Returns why there is no picture, empty when there is one. The one of an earlier drill goes either way: it shows something else. */
async function keepScreen(machine: DrillMachine, file: string): Promise<string> {
  const draft = `${file}.new`;
  await rm(file, { force: true });
  try {
    const picture = await machine.screen();
    if (picture === null) return 'There is no picture of the screen: the hypervisor does not make PNG.';
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, picture, { mode: 0o600 });
    await rename(draft, file);
    return '';
  } catch (error) {
    await rm(draft, { force: true });
    return `There is no picture of the screen: ${reasonOf(error)}`;
  }
}
