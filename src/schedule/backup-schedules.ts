// By which schedules VMs are backed up: their own and those of the job that backs them up, be it that the job lists them or that its rule
// selects them. Kept in memory, and read again of what has changed.
import { readSelections, selects, type VmSelection } from '../backup/job-select.ts';
import { OneError } from '../model/errors.ts';
import type { BackupJob } from '../model/backup-job.ts';
import type { KnownVm } from '../model/known-vm.ts';
import type { Schedule, ScheduledAction } from '../model/scheduled-action.ts';
import { Known } from '../store/known.ts';
import type { Store } from '../store/store.ts';

export interface SchedulesOfVm {
  schedules: Schedule[];
  /** The job that backs it up; undefined without one. */
  jobId: number | undefined;
}

type ParentType = ScheduledAction['parent']['type'];
const PARENT = { VM: ['vm', 'action-vm'], BACKUPJOB: ['backupjob', 'action-job'] } as const;

export class KnownSchedules {
  readonly #own: Known<Schedule[]>;
  readonly #ofJobs: Known<Schedule[]>;
  readonly #jobs: Known<VmSelection[]>;

  constructor(store: Pick<Store, 'actions' | 'backupJobs' | 'onChange'>) {
    this.#own = schedulesOf(store, 'VM');
    this.#ofJobs = schedulesOf(store, 'BACKUPJOB');
    this.#jobs = new Known(store, 'backupjob', {
      some: async (ids) => selectionsOf(await store.backupJobs.list({ ids: [...ids] })),
      all: async () => {
        const all: Array<[number, VmSelection[]]> = [];
        for await (const batch of store.backupJobs.each()) all.push(...selectionsOf(batch));
        return new Map(all);
      },
    });
  }

  async now(): Promise<BackupSchedules> {
    return new BackupSchedules(await this.#own.now(), await this.#ofJobs.now(), await this.#jobs.now());
  }
}

export class BackupSchedules {
  readonly #own: ReadonlyMap<number, Schedule[]>;
  readonly #ofJobs: ReadonlyMap<number, Schedule[]>;
  readonly #jobs: ReadonlyMap<number, unknown>;
  readonly #selections: Array<[jobId: number, selections: VmSelection[]]>;

  constructor(
    own: ReadonlyMap<number, Schedule[]>,
    ofJobs: ReadonlyMap<number, Schedule[]>,
    jobs: ReadonlyMap<number, VmSelection[]>,
  ) {
    this.#own = own;
    this.#ofJobs = ofJobs;
    this.#jobs = jobs;
    this.#selections = [...jobs].filter(([, { length }]) => length > 0).toSorted(([one], [other]) => one - other);
  }

  ofVm(vm: Pick<KnownVm, 'id' | 'uid' | 'uname' | 'gid' | 'gname' | 'userTemplate' | 'backups'>): SchedulesOfVm {
    const jobId = this.#jobOf(vm);
    const ofJob = jobId === undefined ? [] : (this.#ofJobs.get(jobId) ?? []);
    return { schedules: [...(this.#own.get(vm.id) ?? []), ...ofJob], jobId };
  }

  /** The job that lists it; else the first whose rule selects it. */
  #jobOf(vm: Parameters<typeof selects>[1] & Pick<KnownVm, 'backups'>): number | undefined {
    const { backupJobId } = vm.backups.config;
    if (backupJobId !== undefined && this.#knows(backupJobId)) return backupJobId;
    return this.#selections.find(([, selections]) => selections.some((selection) => selects(selection, vm)))?.[0];
  }

  /** One that is gone says nothing any more. */
  #knows(jobId: number): boolean {
    return this.#jobs.has(jobId) || this.#ofJobs.has(jobId);
  }
}

function schedulesOf(store: Pick<Store, 'actions' | 'onChange'>, type: ParentType): Known<Schedule[]> {
  const [noun, kind] = PARENT[type];
  return new Known(store, noun, {
    some: async (ids) => byParent(type, await store.actions.list({ link: { kind, target: ids } })),
    all: async () => {
      const all = new Map<number, Schedule[]>();
      for await (const batch of store.actions.each()) byParent(type, batch, all);
      return all;
    },
  });
}

/** Adds the schedules of backups that are not over to what is there of their parents. */
function byParent(
  type: ParentType,
  actions: readonly ScheduledAction[],
  to = new Map<number, Schedule[]>(),
): Map<number, Schedule[]> {
  for (const { parent, action, finished, schedule } of actions) {
    if (finished || parent.type !== type || (type === 'VM' && action !== 'backup')) continue; // a job does nothing else
    const there = to.get(parent.id);
    if (there) there.push(schedule);
    else to.set(parent.id, [schedule]);
  }
  return to;
}

function selectionsOf(jobs: readonly BackupJob[]): Map<number, VmSelection[]> {
  return new Map(jobs.map(({ id, template }) => [id, selectionsIn(template)]));
}

function selectionsIn(template: BackupJob['template']): VmSelection[] {
  try {
    return readSelections(template);
  } catch (error) {
    if (!(error instanceof OneError)) throw error;
    return []; // what cannot be understood selects nothing; the job's own run says so
  }
}
