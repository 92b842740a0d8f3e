// Carries out changes of VMs' devices and snapshots: each is written into the record before it starts, done in the VM's turn, and
// ends in one transaction that also gives back what the VM has no more. A daemon that starts again finishes or undoes it.
import { withText } from '../model/attributes.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { VM_STATE, type Vm, type VmChange } from '../model/vm.ts';
import { LOOK } from '../nodes/duties.ts';
import { dutyOfVm } from '../nodes/duty.ts';
import { NOUNS } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import type { ChangeWork } from './change.ts';
import { changeWork } from './change-works.ts';
import { closeHistory, HISTORY_ACTION, noteAction, reopenHistory, showError, type By } from './history.ts';
import { readNics } from './nics.ts';
import { nowSec, type Parts } from './parts.ts';
import { grown, keepWithinQuota } from './quota.ts';
import { enter, leave, nextOrRefuse, type Action } from './states.ts';
import type { Turns } from './turns.ts';
import { releaseImages } from './uses.ts';

/** What these write into the history record that they end. */
const HISTORY: Partial<Record<Action, number>> = {
  'disk-attach': HISTORY_ACTION.DISK_ATTACH,
  'disk-detach': HISTORY_ACTION.DISK_DETACH,
  'disk-resize': HISTORY_ACTION.DISK_RESIZE,
  'disk-saveas': HISTORY_ACTION.DISK_SAVEAS,
  'disk-snapshot-create': HISTORY_ACTION.DISK_SNAPSHOT_CREATE,
  'disk-snapshot-revert': HISTORY_ACTION.DISK_SNAPSHOT_REVERT,
  'disk-snapshot-delete': HISTORY_ACTION.DISK_SNAPSHOT_DELETE,
  'nic-attach': HISTORY_ACTION.NIC_ATTACH,
  'nic-detach': HISTORY_ACTION.NIC_DETACH,
  'snapshot-create': HISTORY_ACTION.SNAPSHOT_CREATE,
  'snapshot-revert': HISTORY_ACTION.SNAPSHOT_REVERT,
  'snapshot-delete': HISTORY_ACTION.SNAPSHOT_DELETE,
  resize: HISTORY_ACTION.RESIZE,
};
/** The last record of a VM in another state says how it got there, and how it comes back. */
const NOTED = new Set<number>([VM_STATE.ACTIVE, VM_STATE.POWEROFF, VM_STATE.SUSPENDED]);

/** Changes the record as the change will have it, and takes what it needs; throws when that is not possible. */
export type Prepare = (tx: Store, vm: Vm) => Promise<VmChange>;

export class ChangeRunner {
  readonly #parts: Parts;
  readonly #turns: Turns;
  /** Called when a VM is free again, so that its state is looked at. */
  readonly #left: (vmId: number) => void;
  /** VMs that are being changed, and their hosts. */
  readonly #running = new Map<number, number>();
  readonly #background = new Set<Promise<void>>();

  constructor(parts: Parts, turns: Turns, left: (vmId: number) => void) {
    this.#parts = parts;
    this.#turns = turns;
    this.#left = left;
  }

  /** Accepts a change; the work goes on in the background. Throws when it is not possible, and why. */
  async begin(vmId: number, action: Action, by: By, prepare: Prepare): Promise<VmChange> {
    await this.#refuseSecond(vmId);
    const vm = await this.#write(vmId, action, by, async (tx, record) => {
      record.change = await prepare(tx, record);
      enter(action, record);
    });
    if (!vm.change) throw new OneError(CODE.INTERNAL, `The change of virtual machine ${vmId} was lost.`);
    if (!this.#isOurs(vm)) this.#parts.duties.tell(LOOK);
    else this.#later(vm, vm.change, (work) => work.carryOut(this.#parts, vm));
    return vm.change;
  }

  /** Changes that are made in the record alone. */
  async apply(vmId: number, action: Action, by: By, change: (tx: Store, vm: Vm) => Promise<void>): Promise<Vm> {
    return this.#write(vmId, action, by, change);
  }

  /** Ends what a daemon that died was doing: the work is done again, or undone and counted as failed. */
  takeUp(vm: Vm): void {
    if (!vm.change) return;
    const ended = async (): Promise<void> => {
      throw new OneError(CODE.ACTION, 'The daemon ended while the VM was changed; ask for it again.', { retry: true });
    };
    this.#later(vm, vm.change, (work) => (work.repeatable ? work.carryOut(this.#parts, vm) : ended()));
  }

  /** Whether something is under way for a VM of the host. */
  isBusy(hostId: number): boolean {
    return [...this.#running.values()].includes(hostId);
  }

  #isOurs(vm: Vm): boolean {
    return this.#parts.duties.owns(dutyOfVm(vm));
  }

  /** Settles when nothing is under way; used when the daemon stops. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  /** A VM that was taken out of a change by hand can still have it. */
  async #refuseSecond(vmId: number): Promise<void> {
    const vm = await this.#parts.store.vms.find(vmId);
    if (!vm?.change) return;
    if (!this.#running.has(vmId) && this.#isOurs(vm)) this.takeUp(vm);
    const what = `Virtual machine ${vmId} still ends an earlier change (${vm.change.kind})`;
    throw new OneError(CODE.ACTION, `${what}; try again in a moment.`, { objectId: vmId, retry: true });
  }

  /** In one transaction: what the caller changes, the history, and a look at the owner's quota. */
  async #write(vmId: number, action: Action, by: By, change: (tx: Store, vm: Vm) => Promise<void>): Promise<Vm> {
    const now = nowSec(this.#parts.clock);
    return this.#parts.store.transaction(async (tx) => {
      const before = await tx.vms.get(vmId);
      nextOrRefuse(action, before); // the state is the better reason than what follows from it
      const vm = structuredClone(before);
      const noted = HISTORY[action];
      if (noted !== undefined && vm.history.length > 0 && NOTED.has(vm.state)) {
        noteAction(vm, now, noted, by);
        closeHistory(vm, now);
        if (vm.state === VM_STATE.ACTIVE) reopenHistory(vm, now);
      }
      vm.userTemplate = withText(vm.userTemplate, 'ERROR');
      await change(tx, vm).catch((error: unknown) => {
        throw action === 'disk-saveas' ? error : asAction(error); // that one does make an object
      });
      const after = await tx.vms.update(vmId, (record) => void Object.assign(record, vm));
      await keepWithinQuota(tx, after, grown(NOUNS.vms.charges(before), NOUNS.vms.charges(after)));
      return after;
    });
  }

  #later(vm: Vm, change: VmChange, run: (work: ChangeWork) => Promise<void>): void {
    if (this.#running.has(vm.id)) return;
    this.#running.set(vm.id, vm.history.at(-1)?.hid ?? -1);
    const work = changeWork(change);
    const done = this.#turns
      .take(vm.id, () => run(work))
      .then(
        () => this.#settle(vm, work, undefined),
        (error: unknown) => this.#fail(vm, work, error),
      )
      .catch((error: unknown) =>
        this.#parts.log.error({ vm: vm.id, err: error }, 'the end of a change was not recorded'),
      )
      .finally(() => {
        this.#running.delete(vm.id);
        this.#left(vm.id);
      });
    this.#background.add(done);
    void done.finally(() => this.#background.delete(done));
  }

  async #fail(vm: Vm, work: ChangeWork, error: unknown): Promise<void> {
    this.#parts.log.warn({ vm: vm.id, change: vm.change, err: error }, 'a change of a VM failed');
    let reason = reasonOf(error);
    await work.undo?.(this.#parts, vm).catch((undoing: unknown) => {
      reason += ` What it left could not be removed either: ${reasonOf(undoing)}`;
    });
    await this.#settle(vm, work, reason);
  }

  /** Writes how a change ended. A VM that was taken out of it by hand stays in the state that it was given. */
  async #settle(accepted: Vm, work: ChangeWork, error: string | undefined): Promise<void> {
    const { store, clock } = this.#parts;
    await store.transaction(async (tx) => {
      const before = await tx.vms.find(accepted.id);
      if (!before || before.state === VM_STATE.DONE) return;
      const after = await tx.vms.update(accepted.id, (vm) => {
        if (error === undefined) work.done?.(vm, nowSec(clock));
        else {
          work.failed?.(vm);
          showError(vm, error, clock());
        }
        delete vm.change;
        if (vm.state === VM_STATE.ACTIVE && vm.lcmState === accepted.lcmState) leave(vm);
      });
      await work.settle?.(tx, after, error);
      await giveBack(tx, before, after);
    });
  }
}

/** Frees what the VM had before and has no more. */
async function giveBack(tx: Store, before: Vm, after: Vm): Promise<void> {
  await releaseImages(tx, before);
  const left = new Set(readNics(after.template).map(({ nicId }) => nicId));
  for (const { nicId } of readNics(before.template)) if (!left.has(nicId)) await tx.leases.freeVm(after.id, nicId);
}

/** What is wrong with a device is the same when the VM is made, but there it is said as a failed creation. */
function asAction(error: unknown): unknown {
  if (!(error instanceof OneError) || error.code !== CODE.ALLOCATE) return error;
  const { message, objectId, retry, hint } = error;
  return new OneError(CODE.ACTION, message, { objectId, retry, hint, cause: error });
}
