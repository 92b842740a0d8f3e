// Decides what a backup of a VM will hold, and why: full or incremental, which disks, which not. Pure.
import { text } from '../model/attributes.ts';
import { LAYOUT_ATTRIBUTE, layoutOf, type BackupLayout } from '../model/backup-layout.ts';
import { pointsTo, topLayer } from '../model/chain.ts';
import { CODE, OneError } from '../model/errors.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import type { TrackerState } from '../hypervisor/hypervisor.ts';
import { IMAGE_STATE, type BackupPoint, type Image } from '../model/image.ts';
import type { SlicesTask, TaskDisk, Tracking } from '../model/tasks/backup.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { diskPath, overlayDirectory, readDisks, type VmDisk } from '../vm/disks.ts';
import { canIncrement, takesPart } from '../vm/increment-ability.ts';

export interface BackupRequest {
  vm: Vm;
  datastore: Datastore;
  /** Where the VM's own disks lie. */
  vmDirectory: string;
  /** A new chain is wanted. */
  reset?: boolean;
  /** Nobody is there to answer: what a person is asked about begins a new chain, so that no VM is left without backups. */
  unattended?: boolean;
  /** The image of INCREMENTAL_BACKUP_ID, if it is there. */
  chain?: Image | undefined;
  /** What the hypervisor says of the trackers of the chain's last point; undefined before it was asked. */
  trackers?: TrackerState[];
  /** Why an increment turned out to be impossible when it was tried. */
  lost?: string;
}

export interface BackupPlan {
  /** FULL: all of the disks is read. INCREMENT: what changed since the parent. */
  type: 'FULL' | 'INCREMENT';
  layout: BackupLayout;
  /** Why it is full or incremental, in words. */
  reason: string;
  live: boolean;
  disks: TaskDisk[];
  /** Disks that are not part of it, with the reason of each, in words. */
  leftOut: string[];
  /** Id of the new point in its image. */
  pointId: number;
  /** The point that it follows in its image; null for one that gets an image of its own. An increment in qcow2 stands on it. */
  parent: { imageId: number; point: BackupPoint } | null;
  tracking: Tracking | null;
  slices?: SlicesTask;
}

/** Throws a OneError that says why no backup is possible. */
export function planBackup(request: BackupRequest): BackupPlan {
  const { vm, datastore } = request;
  requireBackupDatastore(datastore);
  const { taken, leftOut } = chooseDisks(vm);
  const live = vm.state === VM_STATE.ACTIVE && vm.lcmState === LCM.RUNNING;
  const layout = layoutOf(datastore.dsMad, text(datastore.template, LAYOUT_ATTRIBUTE));
  const found = parentOf(request, layout, taken);
  const parent = typeof found === 'string' ? null : { imageId: found.imageId, point: found.point };
  const pointId = parent === null ? 0 : parent.point.id + 1;
  const why = typeof found === 'string' ? found : found.unread;
  const tracking = trackingOf(vm, why === undefined ? parent?.point : undefined);
  return {
    type: why === undefined ? 'INCREMENT' : 'FULL',
    layout,
    reason: reasonFor(layout, parent, why),
    live,
    disks: taken.map((disk) => taskDisk(disk, request.vmDirectory, live, { layout, pointId }, parent?.point)),
    leftOut,
    pointId,
    parent,
    tracking,
    ...(layout === 'SLICES' && { slices: slicesOf(tracking, parent?.point) }),
  };
}

const COMPLETE = 'every point is complete in itself';

/** `why` is why all is read. */
function reasonFor(layout: BackupLayout, parent: BackupPlan['parent'], why: string | undefined): string {
  const since = parent ? `changes since increment ${parent.point.id} of image ${parent.imageId}` : '';
  if (layout === 'QCOW2') return why ?? since;
  if (parent === null) return `${why ?? ''}; ${COMPLETE}`;
  return why === undefined
    ? `${since} are read; ${COMPLETE}`
    : `${why.replace(/\.$/, '')}, so all is read; ${COMPLETE}`;
}

/** The number of a tracker is used once, and so is that of a backup. Without one nothing is compared, now or later. */
function slicesOf(tracking: Tracking | null, parent: BackupPoint | undefined): SlicesTask {
  const isCompared = tracking !== null && tracking.parent !== null && parent !== undefined;
  return { number: tracking === null ? 0 : trackerNumber(tracking) + 1, parent: isCompared ? topLayer(parent) : null };
}

/** Throws OneError ACTION for any other. */
export function requireBackupDatastore({ id, name, type }: Pick<Datastore, 'id' | 'name' | 'type'>): void {
  if (type === DATASTORE_TYPE.BACKUP_DS) return;
  throw new OneError(
    CODE.ACTION,
    `Datastore ${id} (${name}) is not a backup datastore; give one of TYPE="BACKUP_DS".`,
    { objectId: id },
  );
}

function chooseDisks(vm: Vm): { taken: VmDisk[]; leftOut: string[] } {
  const taken: VmDisk[] = [];
  const leftOut: string[] = [];
  for (const disk of readDisks(vm.template)) {
    if (takesPart(disk, vm.backups.config.backupVolatile)) taken.push(disk);
    else leftOut.push(`disk ${disk.diskId}: ${whyLeftOut(disk)}`);
  }
  if (taken.length > 0) return { taken, leftOut };
  const reasons = leftOut.length > 0 ? ` (${leftOut.join('; ')})` : '';
  throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} has no disk to back up${reasons}.`, { objectId: vm.id });
}

/** Why a disk that takes no part in backups does not, in words. */
export function whyLeftOut({ kind }: Pick<VmDisk, 'kind'>): string {
  return LEFT_OUT[kind];
}

const LEFT_OUT: Record<VmDisk['kind'], string> = {
  swap: 'swap is never backed up',
  cdrom: 'CDROMs are never backed up',
  fs: 'volatile, and BACKUP_VOLATILE is NO',
  file: '',
};

/** The point to go on after; `unread` is why its changes cannot be told, which slices can do without. */
interface Found extends NonNullable<BackupPlan['parent']> {
  unread?: string;
}

/** What is gone on with, or why there is to be a new image. */
function parentOf(request: BackupRequest, layout: BackupLayout, taken: VmDisk[]): Found | string {
  const { vm, chain } = request;
  const { config, chainEnded } = vm.backups;
  if (config.mode === 'FULL') return 'MODE is FULL';
  const [unable] = canIncrement(vm);
  if (unable !== undefined) {
    if (request.reset !== true) askAboutAttached(request, chain?.points.at(-1), taken);
    return `increments are not possible: ${unable}`;
  }
  if (request.reset === true) return 'a new chain was asked for';
  if (config.incrementalBackupId === -1) return chainEnded ?? 'the first backup of a chain';
  if (!chain) return `the chain's image ${config.incrementalBackupId} does not exist any more`;
  const point = chain.points.at(-1);
  if (!point) return `image ${chain.id} holds no backup`;
  const broken = whyNotGoOn(request, chain, layout, point) ?? changedDisks(request, point, taken);
  if (broken !== undefined) return broken;
  const unread = whyAllIsRead(request, chain, point);
  if (unread === undefined) return { imageId: chain.id, point };
  return layout === 'SLICES' ? { imageId: chain.id, point, unread } : unread;
}

function whyNotGoOn(request: BackupRequest, chain: Image, layout: BackupLayout, last: BackupPoint): string | undefined {
  const { datastore } = request;
  if (chain.state !== IMAGE_STATE.READY) return `the chain's image ${chain.id} is not in state rdy`;
  const points = pointsTo(chain, last.id);
  if (typeof points === 'string') return `image ${chain.id} ${points}`;
  const damaged = points.find(({ verified }) => verified?.good === false);
  if (damaged) return `increment ${damaged.id} of image ${chain.id} is damaged: ${damaged.verified?.reason ?? ''}`;
  if (chain.datastoreId !== datastore.id) return otherDatastore(request, chain);
  const before = topLayer(last).disks[0]?.layout ?? 'QCOW2';
  if (before === layout) return undefined;
  return `RESTIC_LAYOUT of datastore ${datastore.id} is ${layout} now, and image ${chain.id} is in ${before}`;
}

function whyAllIsRead({ trackers, lost }: BackupRequest, chain: Image, last: BackupPoint): string | undefined {
  if (last.tracker === '') return `nothing noted what changed after increment ${last.id} of image ${chain.id}`;
  const troubled = trackers?.find(({ trouble }) => trouble !== '');
  if (troubled) return `disk ${troubled.diskId}: ${troubled.trouble}`;
  return lost;
}

function otherDatastore({ vm, datastore, unattended }: BackupRequest, chain: Image): string {
  const where = `the chain is in datastore ${chain.datastoreId} (${chain.datastore}), not in ${datastore.id} (${datastore.name})`;
  if (unattended === true) return where;
  throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} cannot be backed up there: ${where}.`, {
    objectId: vm.id,
    hint: `Leave -d out to go on with the chain (image ${chain.id}), or begin a new one with --reset.`,
  });
}

/** Increments follow only points of the very same disks. A person is told of a new one; the other changes speak for themselves. */
function changedDisks(request: BackupRequest, last: BackupPoint, taken: VmDisk[]): string | undefined {
  const attached = askAboutAttached(request, last, taken);
  if (attached !== undefined) return attached;
  const before = topLayer(last).disks;
  const detached = before.find(({ diskId }) => !taken.some((disk) => disk.diskId === diskId));
  if (detached) return `disk ${detached.diskId} was detached after the last backup`;
  const was = new Map(readDisks(last.vmTemplate).map((disk) => [disk.diskId, disk]));
  for (const disk of taken) {
    const then = was.get(disk.diskId);
    if (then === undefined) continue; // a record without it: the hypervisor compares what it can
    if (then.imageId !== disk.imageId || then.source !== disk.source) return `disk ${disk.diskId} is another image now`;
    if (then.sizeMb !== disk.sizeMb) return `disk ${disk.diskId} has ${disk.sizeMb} MB now, and had ${then.sizeMb}`;
  }
  return undefined;
}

/** A disk that the chain's last point does not have, in words; a person who did not ask for a new chain is told so instead. */
function askAboutAttached(
  { vm, datastore, unattended }: BackupRequest,
  last: BackupPoint | undefined,
  taken: VmDisk[],
): string | undefined {
  if (!last) return undefined;
  const before = topLayer(last).disks;
  const attached = taken.find(({ diskId }) => !before.some((disk) => disk.diskId === diskId));
  if (!attached) return undefined;
  const why = `disk ${attached.diskId} (${attached.target}) was attached after the last backup`;
  if (unattended === true) return why;
  throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} cannot be backed up as an increment: ${why}.`, {
    objectId: vm.id,
    hint: `Begin a new chain: onevm backup --reset -d ${datastore.id} ${vm.id}`,
  });
}

function trackingOf(vm: Vm, parent: BackupPoint | undefined): Tracking | null {
  const { config, nextTracker = 0 } = vm.backups;
  if (config.mode === 'FULL' || canIncrement(vm).length > 0) return null;
  return { mode: config.incrementMode, next: `one-${vm.id}-${nextTracker}`, parent: parent?.tracker ?? null };
}

function taskDisk(
  disk: VmDisk,
  vmDirectory: string,
  live: boolean,
  { layout, pointId }: Pick<BackupPlan, 'layout' | 'pointId'>,
  parent: BackupPoint | undefined,
): TaskDisk {
  const before = parent && topLayer(parent).disks.find(({ diskId }) => diskId === disk.diskId);
  return {
    diskId: disk.diskId,
    target: live ? disk.target : '',
    path: diskPath(disk, vmDirectory),
    format: disk.format,
    // slices have the same names in every point: by those they are compared
    file: layout === 'SLICES' ? `disk.${disk.diskId}` : `disk.${disk.diskId}.${pointId}`,
    overlays: overlayDirectory(disk, vmDirectory),
    ...(before && { known: { virtualBytes: before.virtualBytes, samples: before.samples ?? [] } }),
  };
}

/** Number of a tracker's name, for the one after it. */
export function trackerNumber({ next }: Tracking): number {
  return Number(next.slice(next.lastIndexOf('-') + 1));
}
