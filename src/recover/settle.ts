// Makes a database that is older than the world it is brought back into harmless: nothing in it undoes what went on after it was copied,
// and no name is given twice.
import { IMAGE_STATE } from '../model/image.ts';
import type { Operation } from '../model/operation.ts';
import type { SelfRecord } from '../model/self-backup.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { endChain } from '../vm/increment-ability.ts';
import { leave, setState } from '../vm/states.ts';

/** More trackers than any VM has had between a copy and its use: a disk may have one of every number up to there. */
export const TRACKERS_AHEAD = 1_000_000;
/** New VMs do not get the numbers of those that were made after the copy: their domains, directories and backups may be there. */
export const VM_IDS_AHEAD = 1000;

export interface Settled {
  vms: number;
  runs: number;
}

export async function settleRecovered(store: Store, record: SelfRecord, nowMs: number): Promise<Settled> {
  const copied = new Date(record.date * 1000).toISOString();
  return store.transaction(async (tx) => {
    const running = await tx.operations.running();
    for (const operation of running) await settleRun(tx, operation, record, copied, nowMs);
    const ids: number[] = [];
    for await (const vms of tx.vms.each({ notState: VM_STATE.DONE })) ids.push(...vms.map(({ id }) => id));
    const why = `the database was recovered from its copy of ${copied}, and what noted changes since then is not known`;
    for (const id of ids) await tx.vms.update(id, (vm) => settleVm(vm, why));
    await tx.vms.useUp((await tx.vms.useUpNext()) + VM_IDS_AHEAD, VM_IDS_AHEAD + 1);
    return { vms: ids.length, runs: running.filter(({ id }) => id !== record.operation).length };
  });
}

/** Trackers that the VM may have are dropped after its next backup, which is full. */
function settleVm(vm: Vm, why: string): void {
  endChain(vm, why);
  vm.backups.nextTracker = (vm.backups.nextTracker ?? 0) + TRACKERS_AHEAD;
  vm.backups.tracked = true;
  delete vm.backups.running;
  if (vm.operationId === null) return;
  vm.operationId = null;
  if (vm.lcmState === LCM.RESTORE) setState(vm, VM_STATE.POWEROFF, LCM.LCM_INIT);
  else leave(vm); // whether it runs is seen by who watches it
}

/**
 * Cleaning up after such a run as after a crash would take away what it may have made in the end: a snapshot that is the only one, a disk
 * that is in use. So nothing is.
 */
async function settleRun(
  tx: Store,
  operation: Operation,
  record: SelfRecord,
  copied: string,
  nowMs: number,
): Promise<void> {
  const isThis = operation.id === record.operation;
  const reason = `the database was recovered from its copy of ${copied}, when this went on; how it ended is not known`;
  const result = isThis || operation.recorded ? ('done' as const) : ('failed' as const);
  Object.assign(operation, { result, phase: result, endedAt: nowMs, cleaned: true, unknownEnd: true });
  operation.reason = isThis ? 'the database was recovered from this copy' : reason;
  delete operation.waits;
  await tx.operations.save(operation);
  if (operation.kind !== 'restore') return;
  for (const id of operation.imageIds) {
    if ((await tx.images.find(id))?.state !== IMAGE_STATE.LOCKED) continue;
    await tx.images.update(id, (image) => void (image.state = IMAGE_STATE.ERROR));
  }
}
