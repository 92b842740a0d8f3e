// Layers over the disks of a machine, for increment mode SNAPSHOT: which one it boots from, what has changed since a tracker began, and
// which of them are put into the disk once a backup is recorded. The newest file of a disk is always the right one.
import type {
  BackupBegin,
  DomainDisk,
  DomainSpec,
  OverlaidDisk,
  TrackerQuestion,
  TrackerState,
} from '../hypervisor.ts';
import { reasonOf } from '../../model/errors.ts';
import type { TaskDisk } from '../../model/tasks/backup.ts';
import type { SettleTask } from '../../model/tasks/settle.ts';
import { namesIn, readStack, tidy, writtenBytes } from './overlay-files.ts';
import { forgetLeaving } from './overlay-leave.ts';
import { lookAt, newest, runningXml, type Look } from './overlay-look.ts';
import { collapse, mended, mergeBetween, removeEmpty, type Subject } from './overlay-merge.ts';
import { layerOf, trackerNumber, type Layer } from './overlay-plan.ts';
import type { Virsh } from './virsh.ts';

/** The machine as it is to start: each disk with its newest layer, and what that stands on. */
export async function onNewest(spec: DomainSpec): Promise<DomainSpec> {
  return { ...spec, disks: await Promise.all(spec.disks.map(diskOnNewest)) };
}

export async function diskOnNewest(disk: DomainDisk): Promise<DomainDisk> {
  if (disk.overlays === undefined) return disk;
  await forgetLeaving(disk.overlays); // it was cut short when the machine stopped, which did no harm
  const [top, ...below] = (await readStack(disk)).layers.reverse();
  return { ...disk, path: top!.path, format: top!.format, backing: [...below, ...disk.backing] };
}

/** Disks of a backup that reads whatever was written last. */
export async function disksOnNewest(disks: readonly TaskDisk[]): Promise<TaskDisk[]> {
  return Promise.all(disks.map(async (disk) => ({ ...disk, ...(await activeLayer(disk)) })));
}

/** Of a disk that is off. */
export async function activeLayer(disk: OverlaidDisk): Promise<Layer> {
  return newest(await readStack(disk));
}

/** A tracker's layer holds what was written since it began, together with those over it. */
export async function layerTrackers(virsh: Virsh, question: TrackerQuestion): Promise<TrackerState[]> {
  const xml = await runningXml(virsh, question.domain);
  return Promise.all(question.disks.map((disk) => trackerState(xml, disk, question.name)));
}

async function trackerState(xml: string | null, disk: OverlaidDisk, name: string): Promise<TrackerState> {
  const lost = (trouble: string): TrackerState => ({ diskId: disk.diskId, trouble, dirtyBytes: null });
  try {
    const look = await lookAt(xml, disk);
    const trouble = troubleOf(look, name);
    if (trouble !== '') return lost(trouble);
    const { layers } = look.stack;
    const count = layers.length - layerOf(look.stack, trackerNumber(name)!);
    return { diskId: disk.diskId, trouble: '', dirtyBytes: await writtenBytes(newest(look.stack), count) };
  } catch (error) {
    return lost(`its layers could not be read (${reasonOf(error)})`);
  }
}

/** Why a disk's layers cannot tell what changed since a tracker began; empty when they can. */
export function troubleOf({ stack, live, leaving }: Look, name: string): string {
  const at = layerOf(stack, trackerNumber(name) ?? -1);
  if (at < 0) return `the layer that tracker ${name} began with is not there`;
  if (leaving) return 'its layers were being put into the disk';
  if (live !== null && live.active < at)
    return `the machine runs on ${stack.layers[live.active]!.path}, below that layer`;
  return '';
}

/** Keeps the layer of the newest tracker of `keep` and what is over it; without such a layer no layer stays. */
export async function settleLayers(
  virsh: Virsh,
  { domain, disks, keep }: Pick<SettleTask, 'domain' | 'disks' | 'keep'>,
): Promise<string[]> {
  const tracker = trackerNumber(keep.at(-1) ?? '') ?? -1;
  const done: string[] = [];
  for (const disk of await overlaid(disks)) done.push(...(await settleDisk({ virsh, domain, disk }, tracker)));
  return done;
}

async function settleDisk(subject: Subject, tracker: number): Promise<string[]> {
  const { look, done } = await mended(subject);
  const stays = layerOf(look.stack, tracker);
  if (stays < 0) return [...done, ...(await collapse(subject))];
  return [...done, ...(await mergeBetween(subject, look, 0, stays))];
}

export async function collapseLayers(
  virsh: Virsh,
  domain: string,
  disks: readonly OverlaidDisk[],
  signal?: AbortSignal,
): Promise<string[]> {
  const done: string[] = [];
  for (const disk of await overlaid(disks)) done.push(...(await collapse({ virsh, domain, disk, signal })));
  return done;
}

/** After a run that died: its tracker's layer goes when nothing was written to it, else the next backup merges it. */
export async function cleanLayers(
  virsh: Virsh,
  { domain, disks, tracking }: Pick<BackupBegin, 'domain' | 'disks' | 'tracking'>,
): Promise<string[]> {
  const tracker = tracking?.mode === 'SNAPSHOT' ? trackerNumber(tracking.next) : undefined;
  const done: string[] = [];
  for (const disk of await overlaid(disks)) {
    const { look, done: mending } = await mended({ virsh, domain, disk });
    done.push(...mending);
    const own = look.stack.layers.length - 1 === layerOf(look.stack, tracker ?? -1);
    const top = newest(look.stack);
    if (look.live !== null || !own || !(await removeEmpty(top))) continue;
    await tidy(disk.overlays);
    done.push(`Removed ${top.path}, to which nothing had been written.`);
  }
  return done;
}

/** Disks with anything to look at: most have no layers, and then nobody need be asked. */
async function overlaid<D extends OverlaidDisk>(disks: readonly D[]): Promise<D[]> {
  const found: D[] = [];
  for (const disk of disks) if ((await namesIn(disk.overlays)).length > 0) found.push(disk);
  return found;
}
