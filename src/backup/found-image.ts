// Records a backup that was found in the repository: as an image of its own, or as more points of one that is known. One transaction
// each, and only when nobody has recorded or works on any of it by then.
import type { BackupRecord } from '../model/backup-record.ts';
import { sizeOf, sourcesOf } from '../model/chain.ts';
import type { Datastore } from '../model/datastore.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../model/image.ts';
import { permissionsFromOctet, type Owned } from '../model/permissions.ts';
import { text } from '../model/attributes.ts';
import type { Store } from '../store/store.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { backupName } from './name.ts';
import { continued, rebuild, type DescribedSnapshot, type Rebuilt } from './rebuild.ts';
import { rejoin } from './rejoin.ts';

/** Names the VM of another database whose number a VM here has. */
export const BACKUP_OF = 'BACKUP_OF';
/** A record that names a VM further away than this is not to use up the numbers. */
const FARTHEST_VM = 1_000_000;

export interface FoundChain {
  datastore: Datastore;
  /** Snapshots of one image that no record names. */
  group: readonly DescribedSnapshot[];
  /** Every snapshot that the store has. */
  listed: ReadonlySet<string>;
  /** Who gets what belonged to nobody that is here. */
  uid: number;
}

export interface Recorded {
  /** -1 when nothing was recorded. */
  imageId: number;
  points: number;
  lines: string[];
}

export async function recordFound(parts: Parts, found: FoundChain): Promise<Recorded> {
  const [first] = found.group;
  if (first === undefined) return { imageId: -1, points: 0, lines: [] };
  return parts.store.transaction(async (tx) => {
    const images = await imagesOf(tx, found.datastore.id);
    const taken = new Set(images.flatMap(sourcesOf));
    const group = found.group.filter(({ source }) => !taken.has(source));
    const known = images.find(({ chain }) => chain === first.record.chain);
    if (known) return goOn(tx, known, group, found.listed);
    const rebuilt = rebuild(group);
    const lines = linesOf(rebuilt, first.record);
    if (rebuilt.points.length === 0) return { imageId: -1, points: 0, lines };
    const image = await addImage(parts, tx, { ...found, group }, rebuilt.points, images);
    return { imageId: image.id, points: rebuilt.points.length, lines };
  });
}

async function imagesOf(tx: Store, datastoreId: number): Promise<Image[]> {
  const all: Image[] = [];
  for await (const images of tx.images.each({ ascending: true })) {
    all.push(...images.filter((image) => image.type === IMAGE_TYPE.BACKUP && image.datastoreId === datastoreId));
  }
  return all;
}

/** The image is of an older database: what was added since then follows, and what was merged since then is as it is now. */
async function goOn(
  tx: Store,
  known: Image,
  group: readonly DescribedSnapshot[],
  listed: ReadonlySet<string>,
): Promise<Recorded> {
  const lost = known.points.some(({ layers }) => layers.some(({ source }) => !listed.has(source)));
  const [first, ...others] = group;
  if (first === undefined) return { imageId: -1, points: 0, lines: [] };
  const rebuilt = lost ? rejoin(known, listed, [first, ...others]) : continued(known.points.at(-1), group);
  const lines = linesOf(rebuilt, first.record);
  if (rebuilt.points.length === 0) return { imageId: -1, points: 0, lines };
  const running = await tx.operations.running();
  const busy = running.some((one) => one.imageIds.includes(known.id) || one.reads?.imageId === known.id);
  const chained = running.some((one) => one.kind === 'backup' && known.vms.includes(one.vmId));
  if (busy || chained || known.state !== IMAGE_STATE.READY) {
    return { imageId: -1, points: 0, lines: [...lines, `Image ${known.id} is in use: rescan again for its points.`] };
  }
  await tx.images.update(known.id, (image) => {
    image.points = lost ? rebuilt.points : [...image.points, ...rebuilt.points];
    image.sizeMb = sizeOf(image);
  });
  return { imageId: known.id, points: rebuilt.points.length, lines };
}

async function addImage(
  parts: Parts,
  tx: Store,
  { datastore, group, uid }: FoundChain,
  points: BackupPoint[],
  images: readonly Image[],
): Promise<Image> {
  const newest = group.reduce((a, b) => (b.record.point.id > a.record.point.id ? b : a));
  const { record } = newest;
  const owner = await ownerOf(tx, record.owner, uid);
  const vm = await vmOf(tx, record, images);
  const first = points[0]?.date ?? nowSec(parts.clock);
  const taken = new Set((await tx.images.names({ owner: { uid: owner.uid } })).values());
  const image = await tx.images.allocate((id) => ({
    ...{ id, ...owner, name: backupName(vm.id, new Date(first * 1000), (name) => taken.has(name)) },
    ...{ permissions: permissionsFromOctet(0o600), type: IMAGE_TYPE.BACKUP, diskType: 0, persistent: true },
    ...{ regtime: first, source: points[0]?.source ?? '', path: '', format: 'raw', fs: '', sizeMb: sizeOf({ points }) },
    ...{ state: IMAGE_STATE.READY, prevState: IMAGE_STATE.INIT, vms: [vm.id] },
    ...{ datastoreId: datastore.id, datastore: datastore.name },
    template: vm.of === undefined ? [] : [[BACKUP_OF, vm.of]],
    points,
    isChain: record.mode === 'INCREMENT',
    chain: record.chain,
  }));
  if (vm.ours) await tx.vms.update(vm.id, ({ backups }) => void backups.ids.push(image.id));
  return image;
}

/** The owner of then when user and group are still those, number and name; whoever rescans otherwise. */
async function ownerOf(
  tx: Store,
  { uid, gid, uname, gname }: BackupRecord['owner'],
  otherwise: number,
): Promise<Pick<Owned, 'uid' | 'gid' | 'uname' | 'gname'>> {
  const user = await tx.users.find(uid);
  const group = await tx.groups.find(gid);
  const same = user?.name === uname;
  const owner = same ? user : ((await tx.users.find(otherwise)) ?? (await tx.users.get(0)));
  const its = { uid: owner.id, gid: owner.gid, uname: owner.name, gname: owner.gname };
  return same && group?.name === gname ? { ...its, gid, gname } : its;
}

/**
 * The number of the VM here. A VM of another database may have the number of one that is here: then it gets one that no VM has or will
 * have, the same for all of its images.
 */
async function vmOf(
  tx: Store,
  { vm, installation }: BackupRecord,
  images: readonly Image[],
): Promise<{ id: number; ours: boolean; of?: string }> {
  const ours = installation === (await tx.installation());
  const there = await tx.vms.find(vm.id);
  if (ours) return { id: vm.id, ours: there !== undefined };
  const of = `VM ${vm.id} of ${installation}`;
  const before = images.find(({ template }) => text(template, BACKUP_OF) === of)?.vms[0];
  if (before !== undefined) return { id: before, ours: false, of };
  if (!there && (await tx.vms.useUp(vm.id, FARTHEST_VM))) return { id: vm.id, ours: false };
  return { id: await tx.vms.useUpNext(), ours: false, of };
}

function linesOf({ left }: Rebuilt, { vm }: BackupRecord): string[] {
  return left.map(({ source, why }) => `Snapshot ${source} of VM ${vm.id}: ${why}.`);
}
