// Whether a run uses a datastore, on whichever node: what keeps others out waits until none does.
import type { Operation } from '../model/operation.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';

/** `own` is the record of the run that asks. */
export async function isUsed(
  parts: Pick<Parts, 'store'>,
  log: OperationLog,
  datastoreId: number,
  own?: Operation,
): Promise<boolean> {
  const uses = (one: Operation): boolean =>
    one.id !== own?.id && (one.datastoreId === datastoreId || one.reads?.datastoreId === datastoreId);
  return log.running(uses) !== undefined || (await parts.store.operations.running()).some(uses);
}
