// Decides what of OpenNebula becomes what here: which datastores are made and with which attributes, which image becomes which backup, what
// is refused and why. Pure. Of restic OpenNebula has a repository for each machine or job, and here each datastore is one repository: so
// each becomes a datastore.
import { merge, text, type Attribute, type Attributes } from '../model/attributes.ts';
import { DATASTORE_TYPE } from '../model/datastore.ts';
import { IMAGE_STATE } from '../model/image.ts';
import type { Documents, NebulaDatastore, NebulaImage, NebulaIncrement } from './documents.ts';

export const IMPORTED_FROM = 'IMPORTED_FROM';

export interface PlannedDatastore {
  name: string;
  dsMad: string;
  /** What it was: told in IMPORTED_FROM, by which it is known when the import is repeated. */
  origin: string;
  attributes: Attributes;
  /** Attributes of OpenNebula that mean nothing here. */
  left: string[];
  images: PlannedImage[];
}

export interface PlannedImage {
  image: NebulaImage;
  /** Number of the machine there, and its name if that is known. */
  vmId: number;
  vmName: string;
  origin: string;
  /** Each stands on the one before. */
  increments: NebulaIncrement[];
  isChain: boolean;
  /** What is not taken of it, in words. */
  notes: string[];
}

export interface Plan {
  datastores: PlannedDatastore[];
  /** Images and datastores that are not imported, and why. */
  refused: Array<{ what: string; why: string }>;
}

export interface PlanOptions {
  /** Attributes that are put over those of each datastore. */
  attributes: Attributes;
  /** Ids of datastores there; empty for all. */
  only: readonly number[];
}

export function planImport({ datastores, images, vms }: Documents, options: PlanOptions): Plan {
  const plan: Plan = { datastores: [], refused: [] };
  const wanted = datastores.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  for (const id of options.only) {
    if (datastores.some((one) => one.id === id)) continue;
    plan.refused.push({ what: `Datastore ${id}`, why: 'no document describes it' });
  }
  for (const datastore of wanted) {
    if (datastore.type !== DATASTORE_TYPE.BACKUP_DS) continue; // a pool holds the others too
    const why = whyNoDatastore(datastore);
    if (why !== undefined) plan.refused.push({ what: `Datastore ${datastore.id} (${datastore.name})`, why });
  }
  for (const image of images) {
    const datastore = datastores.find(({ id }) => id === image.datastoreId);
    if (datastore && !wanted.includes(datastore)) continue;
    const what = `Image ${image.id} (${image.name})`;
    const vm = vms.find(({ id }) => id === image.vmId);
    const planned = datastore ? planImage(image, vm) : `no document describes its datastore ${image.datastoreId}`;
    if (typeof planned === 'string') plan.refused.push({ what, why: planned });
    else if (datastore && whyNoDatastore(datastore) === undefined) placed(plan, datastore, planned, options);
  }
  return plan;
}

function whyNoDatastore({ dsMad, basePath }: NebulaDatastore): string | undefined {
  if (dsMad !== 'restic' && dsMad !== 'rsync') {
    return `DS_MAD="${dsMad}" is no driver whose backups can be read here; restic and rsync are`;
  }
  if (!/^\/[^\0-\x1f]+$/.test(basePath)) return `BASE_PATH="${basePath}" is not an absolute path`;
  return undefined;
}

function placed(plan: Plan, datastore: NebulaDatastore, image: PlannedImage, options: PlanOptions): void {
  const repository = datastore.dsMad === 'restic' ? repositoryOf(image) : '';
  const inside = repository === '' ? '' : `, repository ${repository}`;
  const origin = `OpenNebula datastore ${datastore.id} (${datastore.name})${inside}`;
  let found = plan.datastores.find((one) => one.origin === origin);
  if (!found) {
    const name = repository === '' ? datastore.name : `${datastore.name}-${repository}`;
    found = { name, dsMad: datastore.dsMad, origin, images: [], ...attributesFor(datastore, repository, options) };
    plan.datastores.push(found);
  }
  found.images.push(image);
}

/** The name of OpenNebula for the repository of an image. */
function repositoryOf({ image: { jobId }, vmId }: PlannedImage): string {
  return jobId === undefined ? String(vmId) : `job_${jobId}`;
}

const STATES = Object.entries(IMAGE_STATE);

function planImage(image: NebulaImage, vm: Documents['vms'][number] | undefined): PlannedImage | string {
  if (image.vmId === undefined || image.vmId < 0) return 'it does not say which machine it is of (VMS/ID)';
  if (image.state !== IMAGE_STATE.READY) {
    const state = STATES.find(([, number]) => number === image.state)?.[0] ?? String(image.state);
    return `it is in state ${state} there; only what is READY holds still`;
  }
  if (vm?.flattening === true) return `increments of machine ${vm.id} are being merged there (ACTIVE_FLATTEN)`;
  if (image.format === 'rbd')
    return 'its disks are in the export format of Ceph (FORMAT="rbd"), which only Ceph can read';
  if (!['raw', 'qcow2', ''].includes(image.format)) return `FORMAT="${image.format}" is not known; raw and qcow2 are`;
  const isChain = image.increments.length > 0;
  const { taken, notes } = isChain ? chainOf(image.increments) : { taken: [fullOf(image)], notes: [] };
  if (taken.length === 0) return notes.join('; ');
  if (vm?.chainImageId === image.id) {
    notes.push('OpenNebula still adds to this chain: import again for what comes later');
  }
  const { id: imageId, name } = image;
  const origin = `OpenNebula image ${imageId} (${name})`;
  return { image, vmId: image.vmId, vmName: vm?.name ?? '', origin, increments: taken, isChain, notes };
}

function fullOf({ source, regtime }: NebulaImage): NebulaIncrement {
  return { id: 0, parentId: -1, type: 'FULL', date: regtime, source };
}

/** The increments that stand on each other, as the record has them: neither names nor times of files say anything of that. */
function chainOf(increments: readonly NebulaIncrement[]): { taken: NebulaIncrement[]; notes: string[] } {
  const taken: NebulaIncrement[] = [];
  const left = [...increments];
  const base = left.filter(({ type, parentId }) => type === 'FULL' && parentId === -1);
  if (base.length !== 1) return { taken, notes: [`its record has ${base.length} full backups with PARENT_ID -1`] };
  for (let next = base[0]; next;) {
    left.splice(left.indexOf(next), 1);
    if (next.source === '') {
      return { taken, notes: [`increment ${next.id} has no SOURCE, so it and what stands on it cannot be read`] };
    }
    taken.push(next);
    const { id } = next;
    const after = left.filter(({ type, parentId }) => type === 'INCREMENT' && parentId === id);
    if (after.length > 1) return { taken, notes: [`${after.length} increments stand on increment ${id}`] };
    [next] = after;
  }
  const lost = left.map(
    ({ id, parentId }) => `increment ${id} stands on ${parentId}, which does not lead to the full one`,
  );
  return { taken, notes: lost };
}

/** Where a driver of OpenNebula keeps things for itself, on its own machines. */
const NEEDLESS = new Set(['RESTIC_TMP_DIR', 'RESTIC_SPARSIFY', 'RSYNC_TMP_DIR', 'RSYNC_SPARSIFY']);
/** OpenNebula encrypts it with a key of its own. */
const UNREADABLE = new Set(['RESTIC_PASSWORD']);

function attributesFor(
  { dsMad, basePath, template }: NebulaDatastore,
  repository: string,
  { attributes: over }: PlanOptions,
): Pick<PlannedDatastore, 'attributes' | 'left'> {
  const prefix = dsMad === 'restic' ? 'RESTIC_' : 'RSYNC_';
  const own = template.filter(([name]) => name.startsWith(prefix) && !NEEDLESS.has(name) && !UNREADABLE.has(name));
  const given = over.filter(([name]) => !/^(RESTIC|RSYNC)_/.test(name) || name.startsWith(prefix));
  const merged = merge(own, given);
  const { drop, place } =
    dsMad === 'restic' ? resticPlace(merged, over, basePath, repository) : rsyncPlace(merged, basePath);
  const kept = merged.filter(([name, value]) => value !== '' && !drop(name));
  const policy: Attributes = [
    ['DS_MAD', dsMad],
    ['APPEND_ONLY', 'YES'],
    ['CHECK', 'NO'],
  ];
  const attributes = merge(merge(policy, kept), place);
  const names = new Set(attributes.map(([name]) => name));
  const left = template.map(([name]) => name).filter((name) => !names.has(name) && !USUAL.has(name));
  return { attributes, left: [...new Set(left)].sort() };
}

/** Attributes that every datastore of OpenNebula has. */
const USUAL = new Set([
  'CLONE_TARGET',
  'DISK_TYPE',
  'LN_TARGET',
  'TM_MAD',
  'TYPE',
  'NAME',
  'DS_MAD',
  'RESIZABLE',
  'RESTIC_PASSWORD',
]);

interface Placed {
  drop: (name: string) => boolean;
  place: Attribute[];
}

function resticPlace(merged: Attributes, over: Attributes, basePath: string, repository: string): Placed {
  const given = text(merged, 'RESTIC_BACKEND') ?? '';
  const backend = given === '' ? (text(merged, 'RESTIC_SFTP_SERVER') ? 'SFTP' : 'LOCAL') : given.toUpperCase();
  const drop = (name: string): boolean =>
    name === 'RESTIC_BACKEND' ||
    (name === 'RESTIC_PATH' && backend !== 'LOCAL') ||
    (/^RESTIC_(SFTP|S3|REST)_/.test(name) && !name.startsWith(`RESTIC_${backend}_`));
  const under = (name: string): string => `${(text(over, name) || basePath).replace(/\/+$/, '')}/${repository}`;
  const places: Record<string, Attribute[]> = {
    LOCAL: [['RESTIC_PATH', under('RESTIC_PATH')]],
    SFTP: [['RESTIC_SFTP_PATH', under('RESTIC_SFTP_PATH')]],
    S3: [['RESTIC_S3_PREFIX', repository]],
  };
  return { drop, place: [['RESTIC_BACKEND', backend], ...(places[backend] ?? [])] };
}

function rsyncPlace(merged: Attributes, basePath: string): Placed {
  const local = (text(merged, 'RSYNC_BACKEND') ?? '').toUpperCase() === 'LOCAL';
  const drop = (name: string): boolean => local && /^RSYNC_(HOST|USER|SSH_.*)$/.test(name);
  return { drop, place: [['RSYNC_PATH', text(merged, 'RSYNC_PATH') || basePath]] };
}
