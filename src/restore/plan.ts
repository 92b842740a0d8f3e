// Decides what a restore makes: which point, which disks out of which snapshots, how images and template are called. Pure.
// Throws a OneError (ACTION) with the reason when the backup cannot be restored as asked.
import type { Attributes } from '../model/attributes.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import { layersOf, pointsTo, topLayer } from '../model/chain.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image, type Layer, type StoredDisk } from '../model/image.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import { checkName } from '../model/names.ts';
import { stripTemplate } from './strip.ts';

export interface RestoreRequest {
  image: Image;
  /** The point to restore; the newest when undefined. */
  incrementId?: number | undefined;
  /** The only disk to restore; undefined for all, with a template. */
  diskId?: number | undefined;
  /** Base of the names; `<vm id>-<source>` when undefined. */
  name?: string | undefined;
  noIp?: boolean;
  noNic?: boolean;
  noBackupConfig?: boolean;
  backupDatastore: Pick<Datastore, 'id' | 'dsMad'>;
  destination: Pick<Datastore, 'id' | 'type'>;
}

export interface PlannedDisk {
  /** The disk as the chosen point has it. */
  stored: StoredDisk;
  /** What makes up the disk, oldest first. */
  members: Member[];
  /** Name of the image. */
  name: string;
  type: typeof IMAGE_TYPE.OS | typeof IMAGE_TYPE.DATABLOCK;
  /** PATH of the image: where its data came from. */
  path: string;
}

/** What the template is made from; `withImageIds` makes it when the images have ids. */
export interface TemplatePlan {
  vmTemplate: Attributes;
  noIp: boolean;
  noNic: boolean;
  noBackupConfig: boolean;
}

export interface RestorePlan {
  /** Name of the template and beginning of the images' names. */
  name: string;
  point: { id: number; source: string; date: number };
  disks: PlannedDisk[];
  /** Null when a single disk is restored. */
  template: TemplatePlan | null;
}

export function planRestore(request: RestoreRequest): RestorePlan {
  checkImage(request.image);
  checkDestination(request.destination);
  const chain = chainTo(request.image, request.incrementId);
  const point = chain.at(-1) ?? fail(request.image, 'holds no backup');
  const name = request.name ?? `${vmIdOf(request.image)}-${topLayer(point).source}`;
  const chosen = disksOf(request.image, point, request.diskId);
  return {
    name: checked(name),
    point: { id: point.id, source: point.source, date: point.date },
    disks: chosen.map((stored) => planDisk(request, layersOf(chain), stored, checked(`${name}-disk-${stored.diskId}`))),
    template: request.diskId === undefined ? templatePlan(request, point) : null,
  };
}

/** The disks of a point as they are read where they lie; all of them, or one. The rules are those of a restore. */
export function servedDisks(
  image: Image,
  incrementId?: number,
  diskId?: number,
): Array<Omit<PlannedDisk, 'name' | 'type' | 'path'>> {
  checkImage(image);
  const chain = chainTo(image, incrementId);
  const point = chain.at(-1) ?? fail(image, 'holds no backup');
  return disksOf(image, point, diskId).map((stored) => ({
    stored,
    members: membersOf(image, layersOf(chain), stored),
  }));
}

/** The template of the restored VM; `imageIds` are those of `plan.disks`, in the same order. */
export function withImageIds(template: TemplatePlan, plan: RestorePlan, imageIds: readonly number[]): Attributes {
  const byDisk = new Map(plan.disks.map((disk, index) => [disk.stored.diskId, imageIds[index] ?? -1]));
  const { vmTemplate, ...options } = template;
  return stripTemplate(vmTemplate, { imageIds: byDisk, ...options });
}

function checkImage(image: Image): void {
  if (image.type !== IMAGE_TYPE.BACKUP) fail(image, 'is not a backup (its TYPE is not BACKUP)');
  if (image.state === IMAGE_STATE.DELETE) fail(image, 'is being deleted');
  if (image.state === IMAGE_STATE.LOCKED || image.state === IMAGE_STATE.INIT) {
    fail(image, 'is being changed; wait until it is in state rdy', true);
  }
}

function checkDestination(destination: RestoreRequest['destination']): void {
  if (destination.type === DATASTORE_TYPE.IMAGE_DS) return;
  throw new OneError(
    CODE.ACTION,
    `Could not restore to datastore ${destination.id}: it is not an image datastore (TYPE="IMAGE_DS").`,
    { hint: 'See onedatastore list for one whose type is img.' },
  );
}

/** The points from the full one to the chosen one. */
function chainTo(image: Image, incrementId: number | undefined): BackupPoint[] {
  const ids = image.points.map(({ id }) => id);
  const wanted = incrementId ?? ids.at(-1);
  if (wanted === undefined || !ids.includes(wanted)) {
    fail(image, `has no increment ${wanted ?? 0}; it has ${ids.length === 0 ? 'none' : ids.join(', ')}`);
  }
  const chain = pointsTo(image, wanted);
  return typeof chain === 'string' ? fail(image, chain) : chain;
}

function disksOf(image: Image, point: BackupPoint, diskId: number | undefined): StoredDisk[] {
  const there = [...topLayer(point).disks].sort((a, b) => a.diskId - b.diskId);
  const chosen = diskId === undefined ? there : there.filter((disk) => disk.diskId === diskId);
  if (chosen.length > 0) return chosen;
  const has = there.map((disk) => disk.diskId).join(', ') || 'none';
  return fail(image, diskId === undefined ? 'holds no disks' : `does not hold disk ${diskId}; it holds ${has}`);
}

function planDisk(request: RestoreRequest, layers: Layer[], stored: StoredDisk, name: string): PlannedDisk {
  const { image, backupDatastore } = request;
  const members = membersOf(image, layers, stored);
  const sources = layers.map(({ pointId, source }) => `${pointId}:${source}`).join(',');
  const path = `${layers.at(-1)?.path ?? ''}/disk.${stored.diskId}`;
  return {
    stored,
    members,
    name,
    type: stored.diskId === 0 ? IMAGE_TYPE.OS : IMAGE_TYPE.DATABLOCK,
    path: `${backupDatastore.dsMad}://${backupDatastore.id}/${sources}/${path}`,
  };
}

function membersOf(image: Image, layers: Layer[], stored: StoredDisk): Member[] {
  return layers.map(({ source, path, pointId, disks }): Member => {
    const disk = disks.find((candidate) => candidate.diskId === stored.diskId);
    if (!disk) return fail(image, `is broken: increment ${pointId} does not hold disk ${stored.diskId}`);
    return { source, path: `${path}/${disk.file}`, stored: disk };
  });
}

function templatePlan(request: RestoreRequest, point: BackupPoint): TemplatePlan {
  const { noIp = false, noNic = false, noBackupConfig = false } = request;
  return { vmTemplate: point.vmTemplate, noIp, noNic, noBackupConfig };
}

function vmIdOf(image: Image): number {
  return image.vms[0] ?? fail(image, 'does not say which VM it is of; give the restore a name');
}

function checked(name: string): string {
  try {
    return checkName(name);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OneError(CODE.ACTION, `Could not restore under the name "${name}": ${why}`, { cause });
  }
}

function fail(image: Image, why: string, retry = false): never {
  throw new OneError(CODE.ACTION, `Could not restore image ${image.id} (${image.name}): it ${why}.`, {
    objectId: image.id,
    retry,
  });
}
