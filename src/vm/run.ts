// Carries out what is asked of VMs. What is accepted is written down as a state first, and the work follows from that state alone:
// a daemon that starts again goes on where the last one ended. Everything for one VM happens in turn.
import { withText } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { domainName } from '../model/ids.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { LOOK } from '../nodes/duties.ts';
import { dutyOfVm } from '../nodes/duty.ts';
import { NOUNS } from '../store/nouns.ts';
import { HISTORY_ACTION, NOBODY, noteAction, openHistory, SCHED_MESSAGE, showError, type By } from './history.ts';
import { findWild, letGo } from './import.ts';
import { firstStep, STEPS, type Change } from './life.ts';
import { startMigration, type MigrationKind } from './migrate.ts';
import { nowSec, type Parts } from './parts.ts';
import { hypervisorOf, systemDatastore } from './places.ts';
import { grown, keepWithinQuota } from './quota.ts';
import { recover, type Recovery } from './recover.ts';
import { enter, nextOrRefuse, type Action } from './states.ts';
import { WAITS, workOf } from './steps.ts';
import type { Turns } from './turns.ts';
import { releaseAll } from './uses.ts';
import { takeOver } from './wild.ts';

/** What actions write into the history record that they end. */
const ENDS_RECORD: Partial<Record<Action, number>> = {
  poweroff: HISTORY_ACTION.POWEROFF,
  'poweroff-hard': HISTORY_ACTION.POWEROFF_HARD,
  suspend: HISTORY_ACTION.SUSPEND,
  stop: HISTORY_ACTION.STOP,
  undeploy: HISTORY_ACTION.UNDEPLOY,
  'undeploy-hard': HISTORY_ACTION.UNDEPLOY_HARD,
  terminate: HISTORY_ACTION.TERMINATE,
  'terminate-hard': HISTORY_ACTION.TERMINATE_HARD,
};
/** These begin anew, so an earlier error says nothing any more. */
const CLEARS_ERROR = new Set<Action>(['resume', 'release']);

/** What is remembered of a VM between looking at its record and at its domain. */
export type SeenVm = Pick<Vm, 'id' | 'state' | 'lcmState' | 'deployId' | 'history'>;

/** Whether nothing has happened to the VM since: going there and back again would have left a history record. */
function isAs(vm: Vm, seen: SeenVm): boolean {
  const { state, lcmState, history } = seen;
  return vm.state === state && vm.lcmState === lcmState && vm.history.length === history.length;
}

export class VmRunner {
  readonly #parts: Parts;
  readonly #turns: Turns;
  readonly #left: () => void;
  /** What was last begun for each VM, so that what another node has written is begun here once. */
  readonly #begun = new Map<number, string>();
  /** When each VM was last asked to power off, in epoch milliseconds. */
  readonly #askedAt = new Map<number, number>();
  /** What is under way, and the host of its VM. */
  readonly #background = new Map<Promise<void>, number>();

  /** What else works on VMs has to share the `turns`. `left` is called when a VM has come to rest, so that its state is looked at. */
  constructor(parts: Parts, turns: Turns, left: () => void) {
    this.#parts = parts;
    this.#turns = turns;
    this.#left = left;
  }

  /** Accepts the deployment of a VM on a host; the rest goes on in the background. `datastoreId` -1 leaves the choice open. */
  async deploy(vmId: number, host: Host, datastoreId = -1): Promise<void> {
    const system = await this.#system(datastoreId);
    const { imported } = await this.#parts.store.vms.get(vmId);
    if (imported) return this.#import(vmId, host, system);
    await this.#accept(vmId, (vm, now) => {
      enter('deploy', vm);
      vm.lcmState = firstStep(vm);
      vm.history.push(openHistory(vm, host, system, now));
      vm.deployId = domainName(vm.id);
      vm.userTemplate = withText(withText(vm.userTemplate, 'ERROR'), SCHED_MESSAGE);
    });
  }

  /** Accepts an action of one.vm.action. */
  async act(action: Action, vmId: number, by: By = NOBODY): Promise<void> {
    const accepted = await this.#accept(vmId, (vm, now) => {
      enter(action, vm);
      const ending = ENDS_RECORD[action];
      if (ending !== undefined) noteAction(vm, now, ending, by);
      if (CLEARS_ERROR.has(action)) vm.userTemplate = withText(vm.userTemplate, 'ERROR');
      if (action === 'resched' || action === 'unresched') vm.resched = action === 'resched';
      if (vm.state === VM_STATE.DONE) endWaiting(vm, now);
    });
    if (action !== 'reboot' && action !== 'reboot-hard') return;
    const hard = action === 'reboot-hard';
    this.#later(accepted, async () => (await hypervisorOf(this.#parts, accepted)).reboot(accepted.deployId, hard));
  }

  /** Accepts the move of a VM to another host. */
  async migrate(vmId: number, host: Host, kind: MigrationKind, datastoreId = -1, by: By = NOBODY): Promise<void> {
    const system = await this.#system(datastoreId);
    const promised = await this.#parts.store.links.hostShares();
    await this.#accept(vmId, (vm, now) => {
      startMigration(vm, { host, promised, system, kind, by, now });
      vm.userTemplate = withText(withText(vm.userTemplate, 'ERROR'), SCHED_MESSAGE);
    });
  }

  /** Frees a VM from what failed or hangs. `stopRun` ends the backup that has the VM, if one does, and settles when it has. */
  async recover(vmId: number, recovery: Recovery, by: By, stopRun: () => Promise<void>): Promise<void> {
    const vm = await this.#parts.store.vms.get(vmId);
    if (!recover(vm, recovery, by).stopsRun) return this.#recover(vmId, recovery, by);
    this.#later(vm, async () => {
      await stopRun();
      const after = await this.#parts.store.vms.get(vmId);
      // the run puts the VM back where it was, and says why; when there is no run any more, nobody else does
      if (recovery !== 'failure' || after.operationId === vm.operationId) await this.#recover(vmId, recovery, by);
    });
  }

  /** Writes what was seen of a VM, unless something else has changed it since, and does what follows from it. */
  async proceed(seen: SeenVm, change: Change): Promise<void> {
    const vm = await this.#write(seen.id, change, seen);
    if (vm) this.#goOn(vm, false);
  }

  /** How long ago the VM was last asked to power off, in seconds. */
  sinceAskedSec(vmId: number): number {
    const { clock } = this.#parts;
    const askedAt = this.#askedAt.get(vmId);
    if (askedAt === undefined) this.#askedAt.set(vmId, clock());
    return (clock() - (askedAt ?? clock())) / 1000;
  }

  /** Goes on with what a stopped daemon left half-done. */
  takeUp(vm: Vm): void {
    this.#goOn(vm, true);
  }

  /** Begins what another node has accepted for a VM that is this one's. */
  begin(vm: Vm): void {
    const isNew = (seen: Vm): boolean => workOf(seen) !== undefined && this.#begun.get(seen.id) !== stepOf(seen);
    if (!isNew(vm)) return;
    this.#later(vm, async () => {
      if (isNew(await this.#parts.store.vms.get(vm.id))) await this.#walk(vm.id, false);
    });
  }

  /** Whether something is under way for a VM of the host. */
  isBusy(hostId: number): boolean {
    return [...this.#background.values()].includes(hostId);
  }

  /** Settles when nothing is under way; used when the daemon stops. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background.keys());
  }

  /** Takes over a domain as it is. Nothing of it is changed, so there is nothing to wait for. */
  async #import(vmId: number, host: Host, system: Datastore): Promise<void> {
    const vm = await this.#parts.store.vms.get(vmId);
    nextOrRefuse('deploy', vm);
    const wild = await findWild(this.#parts, vm, host);
    await this.#accept(vmId, (vm, now) => {
      nextOrRefuse('deploy', vm);
      takeOver(vm, wild, openHistory(vm, host, system, now), now);
    });
    this.#parts.adoptions.add(host, { name: wild.name, uuid: wild.uuid }, vmId);
  }

  async #recover(vmId: number, recovery: Recovery, by: By): Promise<void> {
    await this.#accept(vmId, (vm, now) => {
      recover(vm, recovery, by).change(vm, now);
      if (recovery !== 'failure') vm.userTemplate = withText(vm.userTemplate, 'ERROR');
    });
  }

  async #system(datastoreId: number): Promise<Datastore> {
    const { store } = this.#parts;
    const system = await systemDatastore(store);
    if (datastoreId >= 0 && datastoreId !== system.id) refuseDatastore(await store.datastores.get(datastoreId), system);
    return system;
  }

  /** Writes what was asked for and does what follows from it, in the background. Throws when it is not possible. */
  async #accept(vmId: number, change: Change): Promise<Vm> {
    const vm = await this.#write(vmId, change);
    if (!vm) throw new OneError(CODE.INTERNAL, `Virtual machine ${vmId} was not changed.`, { objectId: vmId });
    this.#askedAt.set(vmId, this.#parts.clock());
    this.#goOn(vm, false);
    return vm;
  }

  /** With `seen` nothing is written when the VM has left that state meanwhile. A VM that ends gives back what it used. */
  async #write(vmId: number, change: Change, seen?: SeenVm): Promise<Vm | undefined> {
    const now = nowSec(this.#parts.clock);
    const written = await this.#parts.store.transaction(async (tx) => {
      const before = await tx.vms.get(vmId);
      if (seen && !isAs(before, seen)) return undefined;
      const vm = await tx.vms.update(vmId, (record) => change(record, now));
      if (!seen) await keepWithinQuota(tx, vm, grown(NOUNS.vms.charges(before), NOUNS.vms.charges(vm)));
      if (vm.state === VM_STATE.DONE && before.state !== VM_STATE.DONE) await releaseAll(tx, vm);
      return vm;
    });
    if (written?.state !== VM_STATE.DONE) return written;
    this.#begun.delete(vmId);
    await letGo(this.#parts, written);
    return written;
  }

  /** Does the work that the VM's state asks for, step after step; that of another node's VM is left to that. */
  #goOn(vm: Vm, again: boolean): void {
    if (!workOf(vm)) return;
    if (this.#isOurs(vm)) this.#later(vm, () => this.#walk(vm.id, again));
    else this.#parts.duties.tell(LOOK);
  }

  #isOurs(vm: Vm): boolean {
    return this.#parts.duties.owns(dutyOfVm(vm));
  }

  async #walk(vmId: number, again: boolean): Promise<void> {
    const vm = await this.#parts.store.vms.get(vmId);
    const work = workOf(vm);
    const step = STEPS.get(vm.lcmState);
    if (!work || !step) return;
    if (!this.#isOurs(vm)) return this.#parts.duties.tell(LOOK);
    this.#begun.set(vmId, stepOf(vm));
    const next = await work(this.#parts, vm, again).catch((error: unknown): Change => {
      this.#parts.log.warn({ vm: vmId, err: error }, 'a step in the life of a VM failed');
      return (record, now) => {
        step.failed(record, now);
        showError(record, reasonOf(error), this.#parts.clock());
      };
    });
    if (next === WAITS) return;
    // somebody who changed the VM meanwhile has seen to the rest
    const after = await this.#write(vmId, next ?? step.done, vm);
    if (after && workOf(after)) await this.#walk(vmId, false);
    else this.#left();
  }

  /** Does the slow part of something after the caller has its answer; a failure is shown on the VM. */
  #later({ id: vmId, history }: Vm, work: () => Promise<void>): void {
    const { store, clock, log } = this.#parts;
    const done = this.#turns
      .take(vmId, work)
      .catch(async (error: unknown) => {
        log.warn({ vm: vmId, err: error }, 'an action on a VM failed');
        await store.vms.update(vmId, (vm) => showError(vm, reasonOf(error), clock()));
      })
      .catch((error: unknown) => log.error({ vm: vmId, err: error }, 'the failure of a VM could not be recorded'));
    this.#background.set(done, history.at(-1)?.hid ?? -1);
    void done.finally(() => this.#background.delete(done));
  }
}

/** A step of a VM's life: going there and back again leaves a history record. */
function stepOf({ state, lcmState, history }: SeenVm): string {
  return `${state} ${lcmState} ${history.length}`;
}

/** A VM that waits for a host has nothing anywhere, unless it was on one before. */
function endWaiting(vm: Vm, now: number): void {
  if (vm.history.length === 0) vm.etime = now;
  else Object.assign(vm, { state: VM_STATE.ACTIVE, lcmState: LCM.EPILOG });
}

function refuseDatastore(given: Datastore, system: Datastore): never {
  throw new OneError(
    CODE.ACTION,
    `Datastore ${given.id} (${given.name}) cannot hold the disks of running VMs here; use ${system.id} (${system.name}), or leave it out.`,
    { objectId: given.id },
  );
}
