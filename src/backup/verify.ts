// Reads points back from the backup system and notes what that showed: on the point, and on those that stand on the same layers.
import { layersOf, pointsTo } from '../model/chain.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { BackupPoint, Image, Layer } from '../model/image.ts';
import type { VerifyResult, VerifyTask } from '../model/tasks/verify.ts';
import type { Operation } from '../model/operation.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { Runs, whyEnded } from '../vm/runs.ts';

interface KeptVerify {
  pointId: number;
}

/** Throws when the image has no such point. */
export function draftVerify(log: OperationLog, image: Image, pointId: number): Operation {
  chainTo(image, pointId);
  const kept: KeptVerify = { pointId };
  return log.draft({
    kind: 'verify',
    vmId: image.vms[0] ?? -1,
    hostId: -1,
    datastoreId: image.datastoreId,
    imageIds: [image.id],
    plan: kept,
    reason: '',
    reads: { imageId: image.id, datastoreId: image.datastoreId },
  });
}

/** The point that a verification is of; undefined for what is none. */
export function pointVerified({ kind, plan }: Operation): number | undefined {
  return kind === 'verify' ? (plan as KeptVerify).pointId : undefined;
}

/** Layers of a point that no verification has found good yet, oldest first. */
export function untrusted(image: Image, pointId: number): Layer[] {
  const chain = chainTo(image, pointId);
  return layersOf(chain.slice(trustedPoints(chain)));
}

/** `unread`: only what was never read back before is read. */
export async function verifyOnce(
  parts: Parts,
  log: OperationLog,
  operation: Operation,
  unread: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock } = parts;
  const { pointId } = operation.plan as KeptVerify;
  const [imageId = -1] = operation.imageIds;
  try {
    signal.throwIfAborted();
    const image = await store.images.get(imageId);
    const chain = chainTo(image, pointId);
    const task: VerifyTask = {
      kind: 'verify',
      operationId: operation.id,
      store: await parts.backupStoreConfigOf(await store.datastores.get(image.datastoreId)),
      layers: layersOf(chain),
      trusted: unread ? layersOf(chain.slice(0, trustedPoints(chain))).length : 0,
    };
    const runs = new Runs(parts, log);
    const result = await parts.move<VerifyResult>(task, signal, (event) => runs.relay(operation, event));
    const good = result.problems.length === 0;
    const reason = result.problems.join(' ');
    await store.transaction(async (tx) => {
      await tx.images.update(imageId, (record) => note(record, chain, nowSec(clock), reason));
      operation.figures = figuresOf(result);
      await log.end(
        tx,
        operation,
        good ? 'done' : 'failed',
        good ? `increment ${pointId} is as it was written` : reason,
      );
    });
    if (!good) parts.log.error({ image: imageId, point: pointId, reason }, 'a backup is damaged');
  } catch (error) {
    await store.transaction((tx) => log.end(tx, operation, 'failed', reasonOf(whyEnded(error, signal))));
  }
  log.announce(operation);
}

/** Good holds for all that the point stands on; damage is told of the point alone, since what is below may be whole. */
function note(image: Image, chain: readonly BackupPoint[], date: number, reason: string): void {
  const wanted = chain.at(-1)?.id;
  const ids = new Set(reason === '' ? chain.map(({ id }) => id) : [wanted]);
  image.points = image.points.map((point) =>
    ids.has(point.id) ? { ...point, verified: { date, good: reason === '', reason } } : point,
  );
}

function figuresOf({ readBytes, peakRssBytes }: VerifyResult): NonNullable<Operation['figures']> {
  return { processedBytes: readBytes, storedBytes: 0, scratchBytes: 0, peakRssBytes, readBytes };
}

/** How many points from the base on are known to be good. */
function trustedPoints(chain: readonly BackupPoint[]): number {
  const first = chain.findIndex(({ verified }) => verified?.good !== true);
  return first === -1 ? chain.length : first;
}

function chainTo(image: Image, pointId: number): BackupPoint[] {
  const chain = pointsTo(image, pointId);
  if (typeof chain !== 'string') return chain;
  const ids = image.points.map(({ id }) => id).join(', ') || 'none';
  throw new OneError(
    CODE.ACTION,
    `Increment ${pointId} of image ${image.id} (${image.name}) cannot be verified: the image ${chain}; it has ${ids}.`,
    { objectId: image.id },
  );
}
