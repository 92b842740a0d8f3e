// Records what was found: a datastore for each repository and an image for each backup, one transaction each. What is known is left alone,
// or brought up to what OpenNebula has now, so that an import may be repeated.
import { createHash } from 'node:crypto';
import { text, type Attributes } from '../model/attributes.ts';
import { sizeOf } from '../model/chain.ts';
import { DEFAULT_CLUSTER } from '../model/cluster.ts';
import { DATASTORE_TYPE, newDatastore, type Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../model/image.ts';
import { checkName } from '../model/names.ts';
import { permissionsFromOctet, type Owned } from '../model/permissions.ts';
import type { Store } from '../store/store.ts';
import { IMPORTED_FROM, type PlannedDatastore, type PlannedImage } from './plan.ts';
import type { FoundImage } from './repository.ts';

export const BACKUP_OF = 'BACKUP_OF';
/** A machine whose number is further away than this is not to use up the numbers. */
const FARTHEST_VM = 1_000_000;

/** Names here of users and groups there; who is not named keeps the name. */
export interface Owners {
  users: ReadonlyMap<string, string>;
  groups: ReadonlyMap<string, string>;
}

export interface Sealing {
  /** Directory that has a directory for each datastore. */
  location: string;
  sealed: (attributes: Attributes) => Attributes;
}

export async function recordDatastore(
  store: Store,
  planned: PlannedDatastore,
  { location, sealed }: Sealing,
): Promise<{ datastore: Datastore; made: boolean }> {
  return store.transaction(async (tx) => {
    const all = await tx.datastores.list({ ascending: true });
    const known = all.find(({ template }) => text(template, IMPORTED_FROM) === planned.origin);
    const template = sealed([...planned.attributes, [IMPORTED_FROM, planned.origin]]);
    if (known) return { datastore: known, made: false };
    const name = freeName(checkName(planned.name), new Set(all.map((one) => one.name)));
    const root = await tx.users.get(0);
    const owner = { uid: root.id, gid: root.gid, uname: root.name, gname: root.gname };
    const { dsMad } = planned;
    const datastore = await tx.datastores.allocate((id) =>
      newDatastore(
        { id, ...owner, name, permissions: permissionsFromOctet(0o640) },
        { type: DATASTORE_TYPE.BACKUP_DS, dsMad, tmMad: '-', location, clusters: [DEFAULT_CLUSTER], template },
      ),
    );
    return { datastore, made: true };
  });
}

export interface RecordedImage {
  id: number;
  /** `same` when nothing had to be changed. */
  how: 'made' | 'brought up to date' | 'same';
  /** Who has it, and why when that is not who had it. */
  note: string;
}

export async function recordImage(
  store: Store,
  datastore: Datastore,
  { planned, points }: FoundImage,
  owners: Owners,
): Promise<RecordedImage> {
  return store.transaction(async (tx) => {
    const images = await imagesOf(tx, datastore.id);
    const known = images.find(({ template }) => text(template, IMPORTED_FROM) === planned.origin);
    if (known) return bringUp(tx, known, points);
    const { owner, note } = await ownerOf(tx, planned, owners);
    const vm = await vmOf(tx, planned, await imagesOf(tx, undefined));
    const taken = new Set((await tx.images.names({ owner: { uid: owner.uid } })).values());
    const { name, octet, regtime } = planned.image;
    const image = await tx.images.allocate((id) => ({
      ...{ id, ...owner, name: freeName(checkName(name), taken), permissions: permissionsFromOctet(octet) },
      ...{ type: IMAGE_TYPE.BACKUP, diskType: 0, persistent: true, regtime, source: points[0]?.source ?? '' },
      ...{ path: '', format: 'raw', fs: '', sizeMb: sizeOf({ points }) },
      ...{ state: IMAGE_STATE.READY, prevState: IMAGE_STATE.INIT, vms: [vm] },
      ...{ datastoreId: datastore.id, datastore: datastore.name, points, isChain: planned.isChain },
      template: [
        [BACKUP_OF, backupOf(planned)],
        [IMPORTED_FROM, planned.origin],
      ],
      chain: chainName(planned),
    }));
    return { id: image.id, how: 'made', note };
  });
}

async function imagesOf(tx: Store, datastoreId: number | undefined): Promise<Image[]> {
  const link = datastoreId === undefined ? {} : { link: { kind: 'image-datastore' as const, target: datastoreId } };
  const all: Image[] = [];
  for await (const images of tx.images.each({ ascending: true, ...link })) all.push(...images);
  return all.filter(({ type }) => type === IMAGE_TYPE.BACKUP);
}

/** OpenNebula has added to the chain or merged some of it since; what was verified stays so as long as it is the same snapshot. */
async function bringUp(tx: Store, known: Image, points: readonly BackupPoint[]): Promise<RecordedImage> {
  const sources = (all: readonly BackupPoint[]): string => all.map(({ id, source }) => `${id}:${source}`).join(',');
  if (sources(known.points) === sources(points)) return { id: known.id, how: 'same', note: '' };
  if (known.state !== IMAGE_STATE.READY) {
    throw new OneError(CODE.ACTION, `Image ${known.id} (${known.name}) is not in state rdy, so it was left as it is.`);
  }
  await tx.images.update(known.id, (image) => {
    image.points = points.map((point) => {
      const before = image.points.find(({ id, source }) => id === point.id && source === point.source);
      return before ?? point;
    });
    image.sizeMb = sizeOf(image);
  });
  return { id: known.id, how: 'brought up to date', note: '' };
}

/** The user and group of these names here; the administrator has what is nobody's. */
async function ownerOf(
  tx: Store,
  { image: { uname, gname } }: PlannedImage,
  { users, groups }: Owners,
): Promise<{ owner: Pick<Owned, 'uid' | 'gid' | 'uname' | 'gname'>; note: string }> {
  const wantedUser = users.get(uname) ?? uname;
  const wantedGroup = groups.get(gname) ?? gname;
  const [user] = await tx.users.list({ name: wantedUser });
  const [group] = await tx.groups.list({ name: wantedGroup });
  const owner = user ?? (await tx.users.get(0));
  const notes = [
    ...(user ? [] : [`there is no user ${wantedUser}, so ${owner.name} has it`]),
    ...(group ? [] : [`there is no group ${wantedGroup}, so its group is ${owner.gname}`]),
  ];
  const its = { gid: group?.id ?? owner.gid, gname: group?.name ?? owner.gname };
  return { owner: { uid: owner.id, uname: owner.name, ...its }, note: notes.join('; ') };
}

/** The same number for all images of a machine: its own, unless a machine here has or had that. No new machine ever gets it. */
async function vmOf(tx: Store, planned: PlannedImage, images: readonly Image[]): Promise<number> {
  const of = backupOf(planned);
  const before = images.find(({ template }) => text(template, BACKUP_OF) === of)?.vms[0];
  if (before !== undefined) return before;
  const foreign = images.some(({ vms }) => vms.includes(planned.vmId));
  if (!foreign && !(await tx.vms.find(planned.vmId)) && (await tx.vms.useUp(planned.vmId, FARTHEST_VM))) {
    return planned.vmId;
  }
  return tx.vms.useUpNext();
}

function backupOf({ vmId }: PlannedImage): string {
  return `VM ${vmId} of OpenNebula`;
}

/** Known from what the image is of, so that two imports give the same. */
function chainName({ origin }: PlannedImage): string {
  return createHash('sha256').update(origin).digest('hex').slice(0, 16);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name.slice(0, 120)}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
