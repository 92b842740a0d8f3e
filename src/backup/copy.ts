// Copies a backup image to another backup datastore, a point at a time: each is written, then recorded as a point of an image of its own
// there. A failure is shown on the image that was to be copied.
import { withText } from '../model/attributes.ts';
import { layersOf } from '../model/chain.ts';
import type { Datastore } from '../model/datastore.ts';
import { CleanStop, reasonOf } from '../model/errors.ts';
import type { Image, Layer } from '../model/image.ts';
import type { FlattenResult, FlattenTask } from '../model/tasks/flatten.ts';
import type { AskedBy, Operation } from '../model/operation.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { keepWithinQuota } from '../vm/quota.ts';
import { Runs, whyEnded } from '../vm/runs.ts';
import { cleanUpkeep, type KeptUpkeep } from './clean.ts';
import { COPY_ERROR, findCopy, recordCopy, requireCopyable } from './copied-image.ts';
import { nextToCopy, type PointToCopy } from './copy-plan.ts';
import { describeMerge } from './self-description.ts';

/** What is copied, and where to. */
export interface CopyWish {
  imageId: number;
  datastoreId: number;
  asked: AskedBy;
}

/** How one turn ended: with more to do, with nothing left to do, or badly. */
export type CopyTurn = 'more' | 'done' | 'failed';

export function draftCopy({ runDirectory }: Parts, log: OperationLog, image: Image, wish: CopyWish): Operation {
  const operation = log.draft({
    ...{ kind: 'copy', vmId: image.vms[0] ?? -1, hostId: -1, datastoreId: wish.datastoreId },
    ...{ imageIds: [image.id], plan: null, reason: '', asked: wish.asked },
    reads: { imageId: image.id, datastoreId: image.datastoreId },
  });
  const kept: KeptUpkeep = { directory: `${runDirectory}/${operation.id}` };
  operation.plan = kept;
  return operation;
}

/** Copies the oldest point that is missing. `waited` is a record that was made before its turn. */
export async function copyOnce(
  parts: Parts,
  log: OperationLog,
  wish: CopyWish,
  signal: AbortSignal,
  waited?: Operation,
): Promise<CopyTurn> {
  const { store } = parts;
  let operation = waited;
  try {
    signal.throwIfAborted();
    const image = await store.images.get(wish.imageId);
    const datastore = await targetOf(parts, image, wish.datastoreId);
    const copy = await findCopy(store, image, datastore.id);
    const next = nextToCopy(image, copy?.points ?? []);
    if (!next) {
      if (waited) await endIdle(parts, log, waited, image);
      return 'done';
    }
    operation ??= draftCopy(parts, log, image, wish);
    await begin(parts, log, operation, { image, datastore, next, isNew: copy === undefined }, waited !== undefined);
    const layer = await write(parts, log, operation, { image, datastore, next, copy }, signal);
    await finish(parts, log, operation, { image, datastore, next, layer });
    return 'more';
  } catch (error) {
    if (!operation && signal.aborted) return 'failed';
    operation ??= await beginAnyway(parts, log, wish);
    if (operation) await fail(parts, log, operation, whyEnded(error, signal), error instanceof CleanStop);
    return 'failed';
  }
}

/** What failed before it could begin has its record too, so that somebody is told. Undefined when the image is gone. */
async function beginAnyway(parts: Parts, log: OperationLog, wish: CopyWish): Promise<Operation | undefined> {
  const image = await parts.store.images.find(wish.imageId);
  if (!image) return undefined;
  const operation = draftCopy(parts, log, image, wish);
  await parts.store.operations.add(operation);
  log.started(operation);
  return operation;
}

async function targetOf({ store }: Parts, image: Image, datastoreId: number): Promise<Datastore> {
  const datastore = await store.datastores.get(datastoreId);
  requireCopyable(image, datastore);
  return datastore;
}

interface Begun {
  image: Image;
  datastore: Datastore;
  next: PointToCopy;
}

/** The room that the copy may take counts in the quotas of its owner from now on. */
async function begin(
  { store }: Parts,
  log: OperationLog,
  operation: Operation,
  { image, datastore, next, isNew }: Begun & { isNew: boolean },
  added: boolean,
): Promise<void> {
  const bytes = next.layers.flatMap(({ disks }) => disks).reduce((sum, { fileBytes }) => sum + fileBytes, 0);
  const place = { kind: 'DATASTORE' as const, id: datastore.id };
  const size = { ...place, metric: 'SIZE' as const, amount: Math.ceil(bytes / 2 ** 20) };
  const charges = isNew ? [size, { ...place, metric: 'IMAGES' as const, amount: 1 }] : [size];
  if (!added) {
    await store.operations.add(operation);
    log.started(operation);
  }
  operation.reserved = { uid: image.uid, gid: image.gid, charges };
  await store.transaction(async (tx) => {
    await tx.operations.reserve(operation);
    await keepWithinQuota(tx, image, charges);
  });
}

async function write(
  parts: Parts,
  log: OperationLog,
  operation: Operation,
  { image, datastore, next, copy }: Begun & { copy: Image | undefined },
  signal: AbortSignal,
): Promise<Layer> {
  const { directory } = operation.plan as KeptUpkeep;
  const { layers, whole } = next;
  const from = await parts.store.datastores.get(image.datastoreId);
  const below = whole ? [] : layersOf(copy?.points ?? []);
  const chain = copy?.chain ?? image.chain ?? operation.id;
  const run = { installation: await parts.store.installation(), operationId: operation.id, directory };
  const task: FlattenTask = {
    ...{ kind: 'flatten', operationId: operation.id, vmId: operation.vmId, layers, whole, directory },
    store: await parts.backupStoreConfigOf(from),
    into: await parts.backupStoreConfigOf(datastore),
    record: describeMerge({ ...image, chain }, layers, below, run),
  };
  const runs = new Runs(parts, log);
  const result = await parts.move<FlattenResult>(task, signal, (event) => runs.relay(operation, event));
  const { source, disks, readBytes, processedBytes, storedBytes, peakRssBytes } = result;
  operation.figures = { processedBytes, storedBytes, scratchBytes: 0, peakRssBytes, readBytes };
  const sizeMb = Math.ceil(processedBytes / 2 ** 20);
  return { source, path: directory, pointId: layers.at(-1)?.pointId ?? -1, sizeMb, disks };
}

async function finish(
  { store }: Parts,
  log: OperationLog,
  operation: Operation,
  { image, datastore, next, layer }: Begun & { layer: Layer },
): Promise<void> {
  await store.transaction(async (tx) => {
    const copy = await recordCopy(tx, { image, datastore, next, layer, operationId: operation.id });
    operation.imageIds = [image.id, copy.id];
    await log.end(tx, operation, 'done', `increment ${next.point.id} was copied to image ${copy.id}`);
  });
  log.announce(operation);
}

async function endIdle({ store }: Parts, log: OperationLog, operation: Operation, image: Image): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.images.update(image.id, (record) => void (record.template = withText(record.template, COPY_ERROR)));
    await log.end(tx, operation, 'done', 'every point was there already');
  });
  log.announce(operation);
}

async function fail(
  parts: Parts,
  log: OperationLog,
  operation: Operation,
  error: unknown,
  clean: boolean,
): Promise<void> {
  const reason = reasonOf(error) + (clean ? '' : await cleanUpkeep(parts, operation));
  const { cancelling = false, datastoreId } = operation;
  const [imageId = -1] = operation.imageIds;
  parts.log.warn({ operation: operation.id, image: imageId, reason }, 'a backup was not copied');
  await parts.store.transaction(async (tx) => {
    if (!cancelling) await noteFailure(tx, imageId, datastoreId, reason);
    await log.end(tx, operation, 'failed', reason);
  });
  log.announce(operation);
}

/** Shows on an image why its copy is not complete. */
export async function noteFailure(
  { images }: Pick<Parts['store'], 'images'>,
  imageId: number,
  datastoreId: number,
  reason: string,
): Promise<void> {
  if (!(await images.find(imageId))) return;
  await images.update(imageId, (image) => {
    image.template = withText(image.template, COPY_ERROR, `To datastore ${datastoreId}: ${reason}`);
  });
}
