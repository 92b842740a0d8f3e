// Looks over all VMs and runs: who has the backups that were asked for, what goes on, what waits and what failed. What it needs of VMs and
// schedules is known, and only what has changed is read again.
import type { BackupStatus, WaitingBackup } from '../model/backup-status.ts';
import { WAITING, type Operation } from '../model/operation.ts';
import { knownVmOf, type KnownVm } from '../model/known-vm.ts';
import { VM_STATE } from '../model/vm.ts';
import { Known } from '../store/known.ts';
import type { Filter, Store } from '../store/store.ts';
import type { AllRuns } from '../vm/all-runs.ts';
import { nowSec, type Clock } from '../vm/parts.ts';
import { KnownSchedules, type SchedulesOfVm } from './backup-schedules.ts';
import type { NextOccurrence } from './demand.ts';
import { Demands } from './demands.ts';
import { newestPoints } from './newest-points.ts';
import { protectionOf, type Protection } from './protection.ts';

export interface OverviewSources {
  store: Store;
  clock: Clock;
  runs: Pick<AllRuns, 'now'>;
  /** Backups that want to begin, at all control nodes, whether they have a run or not. */
  waiting: () => Promise<WaitingBackup[]>;
  /** IANA name of the zone that schedules go by. */
  timeZone: string;
  next: NextOccurrence;
}

/** What somebody may see: all, or runs of VMs that pass the filter. */
export interface Onlooker {
  all: boolean;
  vms: Filter;
}

export interface Looked extends SchedulesOfVm {
  vm: KnownVm;
  /** Epoch seconds of the newest good point. */
  pointSec: number | undefined;
  /** Seconds that may pass between two of its backups by the schedules; undefined when nothing repeats. */
  demandSec: number | undefined;
  protection: Protection;
}

const DAY_MS = 86_400_000;
/** A run that failed within the last day has begun within these. */
const LONGEST_RUN_MS = 3 * DAY_MS;
/** A filter takes so many ids. */
const PAGE = 500;

export class Overview {
  readonly #sources: OverviewSources;
  readonly #demands: Demands;
  readonly #vms: Known<KnownVm>;
  readonly #schedules: KnownSchedules;

  constructor(sources: OverviewSources) {
    const { store } = sources;
    this.#sources = sources;
    this.#schedules = new KnownSchedules(store);
    const living = { notState: VM_STATE.DONE };
    this.#vms = new Known(store, 'vm', {
      some: async (ids) => byId((await store.vms.list({ ...living, ids: [...ids] })).map(knownVmOf)),
      all: async () => {
        const all: KnownVm[] = [];
        for await (const batch of store.vms.each(living)) all.push(...batch.map(knownVmOf));
        return byId(all);
      },
    });
    this.#demands = new Demands(sources.timeZone, sources.next);
  }

  /** Backups that want to begin and have no run yet; `going` are the runs of now, when they are known. */
  async waiting(going?: readonly Operation[]): Promise<WaitingBackup[]> {
    const { runs, waiting } = this.#sources;
    const all = going ?? (await runs.now());
    const recorded = new Set(all.flatMap(({ kind, vmId }) => (kind === 'backup' ? [vmId] : [])));
    return (await waiting()).filter(({ vmId }) => !recorded.has(vmId));
  }

  /** Every VM that is not done, in batches. */
  async *vms(filter: Filter = {}): AsyncGenerator<Looked[], void, undefined> {
    const { store, clock } = this.#sources;
    const now = nowSec(clock);
    const known = await this.#vms.now();
    const all = await this.#schedules.now();
    const ids = await this.#ids(known, filter);
    for (let at = 0; at < ids.length; at += PAGE) {
      const batch = ids.slice(at, at + PAGE).flatMap((id) => known.get(id) ?? []);
      const points = await newestPoints(store, batch);
      yield batch.map((vm) => {
        const { schedules, jobId } = all.ofVm(vm);
        const pointSec = points.get(vm.id);
        const demandSec = this.#demands.of(schedules, now);
        const protection = protectionOf({ pointSec, bornSec: vm.stime, schedules }, now, demandSec);
        return { vm, schedules, jobId, pointSec, demandSec, protection };
      });
      await new Promise(setImmediate); // whoever else waits for an answer gets it between two batches
    }
  }

  /** Which are meant, in their order. Who sees all is not looked up. */
  async #ids(known: ReadonlyMap<number, KnownVm>, filter: Filter): Promise<number[]> {
    const { ascending = false, visible, clusterLink: _told, ...which } = filter;
    if (Object.keys(which).length > 0 || visible?.all === false) {
      const names = await this.#sources.store.vms.names({ ...filter, notState: VM_STATE.DONE });
      return [...names.keys()];
    }
    return [...known.keys()].toSorted((one, other) => (ascending ? one - other : other - one));
  }

  /** Each list is at most so long. */
  async status(onlooker: Onlooker, most = Infinity): Promise<BackupStatus> {
    const { store, clock, runs } = this.#sources;
    const failed = await store.operations.notMadeGood(clock() - LONGEST_RUN_MS);
    const lately = failed.filter(({ endedAt }) => endedAt >= clock() - DAY_MS);
    const going = await runs.now();
    const backups = await this.waiting(going);
    const names = await this.#names(
      [...lately, ...going, ...backups].map(({ vmId }) => vmId),
      onlooker.vms,
    );
    const seen = ({ vmId }: { vmId: number }): boolean => onlooker.all || names.has(vmId);
    const status: BackupStatus = {
      atSec: nowSec(clock),
      running: going.filter((run) => seen(run) && run.phase !== WAITING),
      waiting: going.filter((run) => seen(run) && run.phase === WAITING),
      waitingBackups: backups.filter(seen),
      failed: lately.filter(seen),
      overdue: [],
      unprotected: [],
      proven: [],
      names,
    };
    const living = await this.#addVms(status, onlooker.vms, most);
    // nobody can back up any more what is done
    status.failed = status.failed.filter((run) => run.kind !== 'backup' || living.has(run.vmId));
    for (const list of ['running', 'waiting', 'waitingBackups', 'failed'] as const) status[list].splice(most);
    return status;
  }

  /** Adds the VMs that lack backups and those whose backups are proven; ids of all VMs that are not done. */
  async #addVms(status: BackupStatus, filter: Filter, most: number): Promise<Set<number>> {
    const living = new Set<number>();
    for await (const batch of this.vms({ ...filter, ascending: true })) {
      for (const { vm, pointSec = 0, protection } of batch) {
        living.add(vm.id);
        const { id: vmId, name } = vm;
        const { proven, ids } = vm.backups;
        const { proven: good, unprotected, overdue } = status;
        if (proven && ids.includes(proven.imageId) && good.length < most) good.push({ vmId, name, ...proven });
        if (protection.kind === 'unprotected' && unprotected.length < most) unprotected.push({ vmId, name });
        if (protection.kind !== 'overdue' || overdue.length >= most) continue;
        overdue.push({ vmId, name, pointSec, limitSec: protection.limitSec });
      }
    }
    return living;
  }

  async #names(vmIds: readonly number[], filter: Filter): Promise<Map<number, string>> {
    const ids = [...new Set(vmIds)];
    const names = new Map<number, string>();
    for (let at = 0; at < ids.length; at += PAGE) {
      const page = await this.#sources.store.vms.names({ ...filter, ids: ids.slice(at, at + PAGE) });
      for (const [id, name] of page) names.set(id, name);
    }
    return names;
  }
}

function byId(vms: readonly KnownVm[]): Map<number, KnownVm> {
  return new Map(vms.map((vm) => [vm.id, vm]));
}
