// What a restore would make if it began now. The decisions are those of a real one; nothing is written or reserved.
import { field, vectors, type Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Image } from '../model/image.ts';
import type { Charge } from '../model/quota.ts';
import type { RestoredDiskPreview, RestorePreview } from '../model/restore-preview.ts';
import type { User } from '../model/user.ts';
import type { Store } from '../store/store.ts';
import type { Parts } from '../vm/parts.ts';
import { systemDatastore, vmDirectory } from '../vm/places.ts';
import { overLimits, previewQuota } from '../vm/quota-preview.ts';
import { planInPlace, type InPlacePlan } from './in-place.ts';
import type { InPlaceWish } from './in-place-run.ts';
import { readOptions } from './options.ts';
import { planRestore, withImageIds, type RestorePlan } from './plan.ts';
import { strippedOf } from './stripped.ts';

const MIB = 2 ** 20;

/** Throws what the restore would throw at once. */
export async function previewRestore(
  { store }: Pick<Parts, 'store'>,
  user: User,
  image: Image,
  destination: Datastore,
  options: Attributes,
): Promise<RestorePreview> {
  const source = await store.datastores.get(image.datastoreId);
  const plan = planRestore({ image, backupDatastore: source, destination, ...readOptions(options) });
  const disks = plan.disks.map(({ stored, members, name }): RestoredDiskPreview => ({
    ...{ diskId: stored.diskId, name, sizeMb: Math.ceil(stored.virtualBytes / MIB), sizeBeforeMb: -1 },
    ...{ format: stored.originalFormat, bytes: bytesOf(members) },
  }));
  const needsMb = disks.reduce((sum, { sizeMb }) => sum + sizeMb, 0);
  const charges: Charge[] = [
    { kind: 'DATASTORE', id: destination.id, metric: 'IMAGES', amount: disks.length },
    { kind: 'DATASTORE', id: destination.id, metric: 'SIZE', amount: needsMb },
  ];
  const quota = await previewQuota(store, ownerOf(user), charges);
  const freeMb = destination.freeMb;
  const warnings = [
    ...(await takenNames(store, user.id, plan)),
    ...overLimits(quota),
    ...(freeMb < needsMb ? [tight(destination, needsMb)] : []),
  ];
  return {
    ...{ imageId: image.id, pointId: plan.point.id, date: plan.point.date, inPlace: false },
    ...{ datastoreId: destination.id, name: plan.name, needsMb, freeMb, disks, quota, warnings },
    ...templateOf(plan),
  };
}

/** The same for the disks of a VM itself. */
export async function previewInPlace(
  { store }: Pick<Parts, 'store'>,
  vmId: number,
  image: Image,
  wish: InPlaceWish,
): Promise<RestorePreview> {
  const vm = await store.vms.get(vmId);
  const backupDatastore = await store.datastores.get(image.datastoreId);
  const system = await systemDatastore(store);
  const directory = vmDirectory(vm, system);
  const plan = planInPlace({ vm, image, backupDatastore, vmDirectory: directory, operationId: 'preview', ...wish });
  const disks = plan.work.map(({ stored, members, targetFormat }, index): RestoredDiskPreview => ({
    ...{ diskId: stored.diskId, name: plan.disks[index]?.path ?? '', sizeMb: Math.ceil(stored.virtualBytes / MIB) },
    ...{ sizeBeforeMb: plan.disks[index]?.sizeBefore ?? -1, format: targetFormat, bytes: bytesOf(members) },
  }));
  const needsMb = disks.reduce((sum, { sizeMb }) => sum + sizeMb, 0);
  return {
    ...{ imageId: image.id, pointId: plan.pointId, inPlace: true, datastoreId: -1, name: vm.name, template: false },
    ...{ date: image.points.find(({ id }) => id === plan.pointId)?.date ?? 0, needsMb, freeMb: -1, disks },
    ...{ nics: [], stripped: [], quota: [], warnings: lostBy(plan, vm) },
  };
}

/** What the VM has now and would have no more. */
function lostBy(plan: InPlacePlan, vm: Parameters<typeof planInPlace>[0]['vm']): string[] {
  const ids = plan.disks.map(({ diskId }) => diskId);
  const snapshots = vectors(vm.template, 'SNAPSHOT').length;
  const ofDisks = (vm.diskSnapshots ?? []).filter((one) => ids.includes(one.diskId) && one.snapshots.length > 0);
  const resized = plan.disks.filter(({ sizeMb, sizeBefore }) => sizeMb !== sizeBefore);
  return [
    `What disks ${ids.join(', ')} hold now is lost.`,
    ...(snapshots > 0 ? [`The ${snapshots} snapshots of the VM are lost.`] : []),
    ...ofDisks.map(({ diskId, snapshots: has }) => `The ${has.length} snapshots of disk ${diskId} are lost.`),
    ...resized.map(
      ({ diskId, sizeMb, sizeBefore }) => `Disk ${diskId} has ${sizeMb} MB afterwards, now ${sizeBefore}.`,
    ),
    ...(vm.backups.config.incrementalBackupId >= 0 ? ['The next backup is a full one and begins a new chain.'] : []),
  ];
}

function templateOf(plan: RestorePlan): Pick<RestorePreview, 'template' | 'nics' | 'stripped'> {
  const { template } = plan;
  if (!template) return { template: false, nics: [], stripped: [] };
  const unknown = plan.disks.map(() => -1); // they have no ids yet
  const made = withImageIds(template, plan, unknown);
  const imageIds = new Map(plan.disks.map(({ stored }) => [stored.diskId, -1]));
  const { vmTemplate, ...options } = template;
  return {
    template: true,
    nics: vectors(made, 'NIC').map((nic) => ({
      network: field(nic, 'NETWORK') ?? '',
      ip: field(nic, 'IP') ?? field(nic, 'IP6_GLOBAL') ?? '',
    })),
    stripped: strippedOf(vmTemplate, { imageIds, ...options }),
  };
}

/** Names that the user has given already: a restore would fail on them. */
async function takenNames(store: Store, uid: number, plan: RestorePlan): Promise<string[]> {
  const taken: string[] = [];
  for (const { name } of plan.disks) {
    for (const id of (await store.images.names({ name, owner: { uid } })).keys())
      taken.push(`The name "${name}" is that of image ${id}; give the restore another.`);
  }
  if (!plan.template) return taken;
  for (const id of (await store.templates.names({ name: plan.name, owner: { uid } })).keys())
    taken.push(`The name "${plan.name}" is that of template ${id}; give the restore another.`);
  return taken;
}

function tight({ id, name, freeMb }: Datastore, needsMb: number): string {
  return `Datastore ${id} (${name}) has ${freeMb} MB free; the disks take up to ${needsMb} MB.`;
}

function ownerOf({ id, gid, name, gname }: User): Parameters<typeof previewQuota>[1] {
  return { uid: id, gid, uname: name, gname };
}

function bytesOf(members: ReadonlyArray<{ stored: { fileBytes: number } }>): number {
  return members.reduce((sum, { stored }) => sum + stored.fileBytes, 0);
}
