// By which schedules VMs are backed up: their own and those of the job that backs them up, be it that the job lists them or that its rule
// selects them. Looked up once for many VMs.
import { readSelections, selects, type VmSelection } from '../backup/job-select.ts';
import { OneError } from '../model/errors.ts';
import type { BackupJob } from '../model/backup-job.ts';
import type { Schedule } from '../model/scheduled-action.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';

export interface SchedulesOfVm {
  schedules: Schedule[];
  /** The job that backs it up; undefined without one. */
  jobId: number | undefined;
}

export class BackupSchedules {
  readonly #own = new Map<number, Schedule[]>();
  readonly #ofJobs = new Map<number, Schedule[]>();
  readonly #jobs = new Set<number>();
  readonly #selections: Array<{ jobId: number; selections: VmSelection[] }> = [];

  static async of(store: Store): Promise<BackupSchedules> {
    const found = new BackupSchedules();
    for await (const batch of store.actions.each()) {
      for (const { parent, action, finished, schedule } of batch) {
        if (finished || (parent.type === 'VM' && action !== 'backup')) continue; // a job does nothing else
        const map = parent.type === 'VM' ? found.#own : found.#ofJobs;
        map.set(parent.id, [...(map.get(parent.id) ?? []), schedule]);
      }
    }
    for await (const batch of store.backupJobs.each({ ascending: true })) for (const job of batch) found.#add(job);
    return found;
  }

  ofVm(vm: Vm): SchedulesOfVm {
    const jobId = this.#jobOf(vm);
    const ofJob = jobId === undefined ? [] : (this.#ofJobs.get(jobId) ?? []);
    return { schedules: [...(this.#own.get(vm.id) ?? []), ...ofJob], jobId };
  }

  /** The job that lists it; else the first whose rule selects it. */
  #jobOf(vm: Vm): number | undefined {
    const { backupJobId } = vm.backups.config;
    if (backupJobId !== undefined && this.#knows(backupJobId)) return backupJobId;
    return this.#selections.find(({ selections }) => selections.some((selection) => selects(selection, vm)))?.jobId;
  }

  /** One that is gone says nothing any more. */
  #knows(jobId: number): boolean {
    return this.#jobs.has(jobId) || this.#ofJobs.has(jobId);
  }

  #add({ id, template }: BackupJob): void {
    this.#jobs.add(id);
    try {
      const selections = readSelections(template);
      if (selections.length > 0) this.#selections.push({ jobId: id, selections });
    } catch (error) {
      if (!(error instanceof OneError)) throw error;
      // what cannot be understood selects nothing; the job's own run says so
    }
  }
}
