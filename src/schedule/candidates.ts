// Brings together what wants to begin: backups that were asked for, due actions and VMs of running jobs, each with its host and the
// windows that hold for it. A few questions to the store for all of them, however many there are.
import type { BackupWish } from '../backup/decide.ts';
import type { JobCandidate } from '../backup/job-run.ts';
import { BACKUP_WINDOW, readBackupWindows, type BackupWindow } from '../model/backup-window.ts';
import { reasonOf } from '../model/errors.ts';
import type { Attributes } from '../model/attributes.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import type { Vm } from '../model/vm.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import { Known } from '../store/known.ts';
import type { Parts } from '../vm/parts.ts';
import { readBackupArgs } from './action-args.ts';
import type { Candidate, Source } from './candidate.ts';
import type { DueAction } from './due-actions.ts';
import type { WaitedBackup } from './waited.ts';

/** Of what somebody asked for now, and of what is scheduled on a VM; jobs have their own. */
const PRIORITY = { DIRECT: 100, SCHEDULED: 50 } as const;

export interface Wanted {
  waited: readonly WaitedBackup[];
  due: readonly DueAction[];
  jobs: readonly JobCandidate[];
}

interface WindowsOf {
  of: string;
  windows: BackupWindow[];
}

export class Candidates {
  readonly #parts: Pick<Parts, 'store' | 'log'>;
  readonly #zone: string;
  /** Windows of the backup datastores that have some. */
  readonly #windows: Known<WindowsOf>;
  /** Looked up once for each occurrence, however long it waits. */
  readonly #wishes = new WeakMap<DueAction, BackupWish>();

  constructor(parts: Pick<Parts, 'store' | 'log'>, zone: string) {
    this.#parts = parts;
    this.#zone = zone;
    const { store } = parts;
    this.#windows = new Known(store, 'datastore', {
      some: async (ids) => this.#windowsOf(await store.datastores.list({ ids: [...ids] })),
      all: async () => this.#windowsOf(await store.datastores.list()),
    });
  }

  /** `hosts` has the host of each VM. */
  async all({ waited, due, jobs }: Wanted, hosts: ReadonlyMap<number, number>): Promise<Candidate[]> {
    if (waited.length + due.length + jobs.length === 0) return [];
    const windows = await this.#windows.now();
    const of = (vmId: number, wish: BackupWish, source: Source, sinceSec: number, priority: number): Candidate => {
      const own = windows.get(wish.datastoreId);
      const { datastoreId } = wish;
      return {
        vmId,
        hostId: hosts.get(vmId),
        datastoreId,
        priority,
        sinceSec,
        windows: own ? [own] : [],
        source,
        wish,
      };
    };
    const scheduled = await Promise.all(due.map(async (one) => ({ one, wish: await this.#scheduledWish(one) })));
    return [
      ...waited.map(({ operation, wish }) => {
        const since = Math.floor(operation.startedAt / 1000);
        return of(operation.vmId, wish, { kind: 'direct', waited: operation }, since, PRIORITY.DIRECT);
      }),
      ...scheduled.map(({ one: { action, dueSec }, wish }) =>
        of(action.parent.id, wish, { kind: 'schedule', actionId: action.id, dueSec }, dueSec, PRIORITY.SCHEDULED),
      ),
      ...jobs.map((job) => {
        const source: Source = { kind: 'job', jobId: job.jobId, sequential: job.sequential, underWay: job.underWay };
        const candidate = of(job.vmId, wishOfJob(job), source, job.sinceSec, job.priority);
        const own = this.#read(
          `backup job ${job.jobId}`,
          job.windows.map((window) => [BACKUP_WINDOW, window]),
        );
        if (own.length > 0) candidate.windows.push({ of: `backup job ${job.jobId}`, windows: own });
        return candidate;
      }),
    ];
  }

  /** A backup that somebody asks for now. */
  async direct(vm: Vm, wish: BackupWish, nowSec: number): Promise<Candidate> {
    const datastoreId = await this.#datastoreOf(vm, wish);
    const own = (await this.#windows.now()).get(datastoreId);
    return {
      vmId: vm.id,
      hostId: hostIdsOf(vm)[0],
      datastoreId,
      priority: PRIORITY.DIRECT,
      sinceSec: nowSec,
      windows: own ? [own] : [],
      source: { kind: 'direct' },
      wish,
    };
  }

  /** Without a datastore it goes where the chain is. */
  async #scheduledWish(due: DueAction): Promise<BackupWish> {
    const known = this.#wishes.get(due);
    if (known) return known;
    const wish = await this.#wishOf(due);
    this.#wishes.set(due, wish);
    return wish;
  }

  async #wishOf({ action }: DueAction): Promise<BackupWish> {
    const wish: BackupWish = {
      ...readBackupArgs(action.args),
      unattended: true,
      asked: { by: 'schedule', uid: action.uid, actionId: action.id },
    };
    const vm = wish.datastoreId >= 0 ? undefined : await this.#parts.store.vms.find(action.parent.id);
    return vm ? { ...wish, datastoreId: await this.#datastoreOf(vm, wish) } : wish;
  }

  /** Why there is none is told when the backup is tried. */
  async #datastoreOf(vm: Vm, wish: BackupWish): Promise<number> {
    if (wish.datastoreId >= 0) return wish.datastoreId;
    const { incrementalBackupId: chainId, mode } = vm.backups.config;
    if (chainId < 0 || wish.reset || mode !== 'INCREMENT') return wish.datastoreId;
    return (await this.#parts.store.images.find(chainId))?.datastoreId ?? wish.datastoreId;
  }

  #windowsOf(datastores: readonly Datastore[]): Map<number, WindowsOf> {
    const found = new Map<number, WindowsOf>();
    for (const { id, type, template } of datastores) {
      if (type !== DATASTORE_TYPE.BACKUP_DS) continue;
      const windows = this.#read(`datastore ${id}`, template);
      if (windows.length > 0) found.set(id, { of: `datastore ${id}`, windows });
    }
    return found;
  }

  /** What is written wrongly is told when it is set; here a backup too many is better than none. */
  #read(of: string, template: Attributes): BackupWindow[] {
    try {
      return readBackupWindows(template, this.#zone);
    } catch (error) {
      this.#parts.log.warn({ of, reason: reasonOf(error) }, 'a BACKUP_WINDOW is not heeded');
      return [];
    }
  }
}

function wishOfJob({ jobId, uid, sinceSec, datastoreId, reset, config }: JobCandidate): BackupWish {
  const asked = { by: 'job' as const, uid, jobId, runSec: sinceSec };
  return { datastoreId, reset, unattended: true, config, asked };
}
