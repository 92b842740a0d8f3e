// The image that holds the copy of a backup image in another datastore: found, made and added to. It names what it is a copy of, and has
// the owner, rights and points of that.
import { text, withText } from '../model/attributes.ts';
import { sizeOf } from '../model/chain.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image, type Layer } from '../model/image.ts';
import type { Store } from '../store/store.ts';
import { copiedPoint, type PointToCopy } from './copy-plan.ts';

/** Names the image that this one is a copy of. */
export const COPY_OF = 'COPY_OF';
/** Says on an image why its copy is not complete. */
export const COPY_ERROR = 'COPY_ERROR';

/** Id of the image that this one is a copy of; undefined when it is none. */
export function copyOf({ template }: Pick<Image, 'template'>): number | undefined {
  const of = text(template, COPY_OF) ?? '';
  return /^\d{1,10}$/.test(of) ? Number(of) : undefined;
}

/** Whether disks of it are read in any order, which copies cannot do. */
function isImported({ points }: Image): boolean {
  return points.some(({ layers }) => layers.some(({ disks }) => disks.some(({ layout }) => layout === 'QEMU')));
}

/** Throws ACTION unless the image is a backup that the datastore may have a copy of. */
export function requireCopyable(image: Image, datastore: Datastore): void {
  const of = copyOf(image);
  const why =
    image.type !== IMAGE_TYPE.BACKUP
      ? 'it is no backup'
      : of !== undefined
        ? `it is a copy of image ${of}; copy that one`
        : datastore.id === image.datastoreId
          ? `it is in datastore ${datastore.id} (${datastore.name}) already`
          : datastore.type !== DATASTORE_TYPE.BACKUP_DS
            ? `datastore ${datastore.id} (${datastore.name}) is no backup datastore`
            : image.state !== IMAGE_STATE.READY
              ? 'it is not in state rdy'
              : isImported(image)
                ? 'its disks are as QEMU wrote them, for it was imported; restore what is to be kept and back that up'
                : undefined;
  if (why === undefined) return;
  throw new OneError(CODE.ACTION, `Image ${image.id} (${image.name}) cannot be copied: ${why}.`, {
    objectId: image.id,
  });
}

/** The copy of an image in a datastore; one that was found by a rescan has the same chain. */
export async function findCopy(store: Store, image: Image, datastoreId: number): Promise<Image | undefined> {
  const same = (one: Image): boolean =>
    one.type === IMAGE_TYPE.BACKUP &&
    one.datastoreId === datastoreId &&
    (copyOf(one) === image.id || (image.chain !== undefined && one.chain === image.chain));
  for await (const images of store.images.each({ link: { kind: 'image-datastore', target: datastoreId } })) {
    const found = images.find(same);
    if (found) return found;
  }
  return undefined;
}

export interface CopiedPoint {
  image: Image;
  datastore: Datastore;
  next: PointToCopy;
  layer: Layer;
  operationId: string;
}

/** Throws when the copy is no longer what the point was written for. */
export async function recordCopy(tx: Store, made: CopiedPoint): Promise<Image> {
  const { image, datastore, next, layer } = made;
  const there = await findCopy(tx, image, datastore.id);
  if (!there && !next.whole) throw changed(next, 'gone');
  const copy = there ? await addPoint(tx, there, next, layer) : await addImage(tx, made);
  for (const vmId of image.vms) {
    if (!(await tx.vms.find(vmId))) continue;
    await tx.vms.update(vmId, ({ backups: { ids } }) => {
      if (ids.includes(image.id) && !ids.includes(copy.id)) ids.push(copy.id);
    });
  }
  if (await tx.images.find(image.id)) {
    await tx.images.update(image.id, (record) => void (record.template = withText(record.template, COPY_ERROR)));
  }
  return copy;
}

function addPoint(tx: Store, there: Image, next: PointToCopy, layer: Layer): Promise<Image> {
  return tx.images.update(there.id, (copy) => {
    const last = copy.points.at(-1)?.id ?? -1;
    if (copy.state !== IMAGE_STATE.READY) throw changed(next, `image ${copy.id}, which is not in state rdy`);
    if (last >= next.point.id || (!next.whole && last !== next.parentId)) throw changed(next, `image ${copy.id}`);
    copy.points.push(copiedPoint(next, layer));
    copy.sizeMb = sizeOf(copy);
  });
}

function changed({ point }: PointToCopy, now: string): OneError {
  const message = `The copy is no longer what increment ${point.id} was copied for: it is ${now}. Nothing of it was kept.`;
  return new OneError(CODE.ACTION, message, { retry: true });
}

async function addImage(tx: Store, { image, datastore, next, layer, operationId }: CopiedPoint): Promise<Image> {
  const { uid, gid, uname, gname, permissions, type, diskType, persistent, path, format, fs, vms, isChain } = image;
  const point = copiedPoint(next, layer);
  const taken = new Set((await tx.images.names({ owner: { uid } })).values());
  const reason = image.template.filter(([name]) => name === 'BACKUP_REASON');
  return tx.images.allocate((id) => ({
    ...{ id, uid, gid, uname, gname, permissions, type, diskType, persistent, path, format, fs, vms, isChain },
    ...{ name: copyName(image.name, taken), regtime: point.date, source: point.source, sizeMb: point.sizeMb },
    ...{ state: IMAGE_STATE.READY, prevState: IMAGE_STATE.INIT, datastoreId: datastore.id, datastore: datastore.name },
    template: [...reason, [COPY_OF, String(image.id)]],
    points: [point],
    chain: image.chain ?? operationId,
  }));
}

const LONGEST_NAME = 128;

/** `<name> copy`, with a count when that is taken. */
function copyName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const ending = count === 1 ? ' copy' : ` copy ${count}`;
    const made = name.slice(0, LONGEST_NAME - ending.length) + ending;
    if (!taken.has(made)) return made;
  }
}
