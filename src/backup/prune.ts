// Gives the space of removed snapshots back to a datastore, for a limited time.
import { reasonOf } from '../model/errors.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { monitorDatastore } from '../vm/monitor.ts';
import type { Parts } from '../vm/parts.ts';

/** Returns whether all of it was given back. */
export async function pruneOnce(
  parts: Parts,
  log: OperationLog,
  datastoreId: number,
  budgetSec: number,
  signal: AbortSignal,
): Promise<boolean> {
  const datastore = await parts.store.datastores.find(datastoreId);
  if (!datastore) return true;
  const operation = log.draft({
    kind: 'prune',
    vmId: -1,
    hostId: -1,
    datastoreId,
    imageIds: [],
    plan: null,
    reason: 'snapshots were removed',
  });
  await parts.store.operations.add(operation);
  log.started(operation);
  let complete = false;
  let failure: string | undefined;
  try {
    const pruned = await (await parts.backupStoreOf(datastore)).prune({ budgetMs: budgetSec * 1000, signal });
    complete = pruned.complete;
    const mb = Math.floor(pruned.freedBytes / 2 ** 20);
    operation.reason = `${mb} MB given back${complete ? '' : '; the rest follows'}`;
  } catch (error) {
    failure = reasonOf(error);
    complete = true; // it is tried again when something is removed
    parts.log.warn({ datastore: datastoreId, reason: failure }, 'space could not be given back');
  }
  const { reason } = operation;
  await parts.store.transaction((tx) =>
    log.end(tx, operation, failure === undefined ? 'done' : 'failed', failure ?? reason),
  );
  log.announce(operation);
  await monitorDatastore(parts, datastore);
  return complete;
}
