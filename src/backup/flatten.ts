// Merges layers of a chain: the new snapshot is written, read back and recorded before the old ones are given up, so a crash at any
// step leaves the chain as it was or as it will be. Old snapshots become the image's garbage in the same transaction.
import { withText } from '../model/attributes.ts';
import { layersOf, pointsTo, sizeOf, withLayers } from '../model/chain.ts';
import { CleanStop, CODE, OneError, reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, type Image, type Layer } from '../model/image.ts';
import type { FlattenResult, FlattenTask } from '../model/tasks/flatten.ts';
import type { VerifyResult, VerifyTask } from '../model/tasks/verify.ts';
import type { Operation } from '../model/operation.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { Runs, whyEnded } from '../vm/runs.ts';
import { cleanUpkeep, type KeptUpkeep } from './clean.ts';
import { planMergeOf, replaceLayers, type Merge } from './fold.ts';
import { describeMerge } from './self-description.ts';

/** The record of the merge that an image needs; undefined when it needs none. */
export function draftFlatten(
  parts: Parts,
  log: OperationLog,
  image: Image,
  sharePercent: number,
): Operation | undefined {
  const merge = neededMerge(image, sharePercent);
  return merge && draft(parts, log, image, merge);
}

/**
 * Returns whether something was merged, and so more may be to do. A failure is shown on the image and is tried again another time.
 * `waited` is the record of one that had to wait.
 */
export async function flattenOnce(
  parts: Parts,
  log: OperationLog,
  imageId: number,
  sharePercent: number,
  signal: AbortSignal,
  waited?: Operation,
): Promise<boolean> {
  const image = await parts.store.images.find(imageId);
  const merge = image && neededMerge(image, sharePercent);
  if (!image || !merge || signal.aborted) {
    if (waited) await endWaited(parts, log, waited, signal);
    return false;
  }
  const operation = waited ?? draft(parts, log, image, merge);
  operation.reason = merge.reason;
  if (!waited) {
    await parts.store.operations.add(operation);
    log.started(operation);
  }
  try {
    const layer = await write(parts, log, operation, image, merge, signal);
    await parts.store.transaction(async (tx) => {
      await tx.images.update(imageId, (record) => replace(record, merge, layer, operation.id));
      await log.end(tx, operation, 'done', merge.reason);
    });
    log.announce(operation);
    return true;
  } catch (error) {
    await fail(parts, log, operation, whyEnded(error, signal), error instanceof CleanStop);
    return false;
  }
}

function neededMerge({ state, points }: Image, sharePercent: number): Merge | undefined {
  return state === IMAGE_STATE.READY ? planMergeOf(points, sharePercent) : undefined;
}

/** One that never began: it was stopped, or nothing is left of what it was for. */
async function endWaited(parts: Parts, log: OperationLog, operation: Operation, signal: AbortSignal): Promise<void> {
  const [ending, reason] = signal.aborted
    ? (['failed', reasonOf(signal.reason)] as const)
    : (['done', 'nothing was left to merge'] as const);
  await parts.store.transaction((tx) => log.end(tx, operation, ending, reason));
  log.announce(operation);
}

function draft({ runDirectory }: Parts, log: OperationLog, image: Image, merge: Merge): Operation {
  const operation = log.draft({
    kind: 'flatten',
    vmId: image.vms[0] ?? -1,
    hostId: -1,
    datastoreId: image.datastoreId,
    imageIds: [image.id],
    plan: null,
    reason: merge.reason,
    reads: { imageId: image.id, datastoreId: image.datastoreId },
  });
  const kept: KeptUpkeep = { directory: `${runDirectory}/${operation.id}` };
  operation.plan = kept;
  return operation;
}

/** The new layer, written and read back. */
async function write(
  parts: Parts,
  log: OperationLog,
  operation: Operation,
  image: Image,
  { layers, whole }: Merge,
  signal: AbortSignal,
): Promise<Layer> {
  const { directory } = operation.plan as KeptUpkeep;
  const runs = new Runs(parts, log);
  const store = await parts.backupStoreConfigOf(await parts.store.datastores.get(image.datastoreId));
  const below = whole ? [] : layersUnder(image, layers);
  const task: FlattenTask = {
    kind: 'flatten',
    operationId: operation.id,
    vmId: operation.vmId,
    store,
    layers,
    whole,
    directory,
    record: describeMerge(image, layers, below, {
      installation: await parts.store.installation(),
      operationId: operation.id,
      directory,
    }),
  };
  const result = await parts.move<FlattenResult>(task, signal, (event) => runs.relay(operation, event));
  const { source, disks, readBytes, processedBytes, storedBytes, peakRssBytes } = result;
  operation.figures = { processedBytes, storedBytes, scratchBytes: 0, peakRssBytes, readBytes };
  const layer: Layer = {
    source,
    path: directory,
    pointId: layers.at(-1)?.pointId ?? -1,
    sizeMb: Math.ceil(processedBytes / 2 ** 20),
    disks,
  };
  await log.progress(operation, { phase: 'reading back' });
  const check: VerifyTask = {
    kind: 'verify',
    operationId: operation.id,
    store,
    layers: [...below, layer],
    trusted: below.length,
  };
  const { problems, readBytes: again } = await parts.move<VerifyResult>(check, signal, () => undefined);
  operation.figures.readBytes = readBytes + again;
  if (problems.length > 0) {
    throw new OneError(CODE.INTERNAL, `What was merged could not be read back: ${problems.join(' ')}`);
  }
  return layer;
}

function layersUnder(image: Image, merged: readonly Layer[]): Layer[] {
  const holder = image.points.find(({ layers }) => layers.some(({ source }) => source === merged[0]?.source));
  const chain = pointsTo(image, holder?.id ?? -1);
  if (typeof chain === 'string') throw new OneError(CODE.INTERNAL, `Image ${image.id} cannot be merged: it ${chain}.`);
  const all = layersOf(chain);
  return all.slice(
    0,
    all.findIndex(({ source }) => source === merged[0]?.source),
  );
}

function replace(image: Image, merge: Merge, layer: Layer, operationId: string): void {
  const replaced = image.points.map(({ layers }) => replaceLayers(layers, merge.layers, layer));
  const points = image.points.map((point, index) => {
    const layers = replaced[index];
    return layers ? withLayers(point, layers) : point;
  });
  if (image.state !== IMAGE_STATE.READY || replaced.every((layers) => layers === undefined)) {
    throw new OneError(
      CODE.ACTION,
      `Image ${image.id} has changed while its layers were merged; nothing of it was kept.`,
    );
  }
  image.chain ??= operationId; // as the record in the snapshot has it
  image.points = points;
  image.sizeMb = sizeOf(image);
  image.garbage = [...(image.garbage ?? []), ...merge.layers.map(({ source }) => source)];
  image.template = withText(image.template, 'ERROR');
}

async function fail(
  parts: Parts,
  log: OperationLog,
  operation: Operation,
  error: unknown,
  clean: boolean,
): Promise<void> {
  const reason = reasonOf(error) + (clean ? '' : await cleanUpkeep(parts, operation));
  const [imageId = -1] = operation.imageIds;
  const { cancelling = false, interrupted = false } = operation;
  parts.log.warn({ operation: operation.id, image: imageId, reason }, 'layers were not merged');
  await parts.store.transaction(async (tx) => {
    if (!cancelling && !interrupted && (await tx.images.find(imageId))) {
      await tx.images.update(imageId, (image) => {
        image.template = withText(image.template, 'ERROR', `Increments could not be merged: ${reason}`);
      });
    }
    await log.end(tx, operation, 'failed', reason);
  });
  log.announce(operation);
}
