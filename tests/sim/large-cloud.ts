// A large cloud, put into the database at once: VMs on hosts that belong to racks, half of them in backup jobs, the others with schedules of
// their own; several backup datastores. Each VM is backed up once a week, every seventh in the day that is simulated, and all jobs run in it.
import { DATASTORE_TYPE } from '../../src/model/datastore.ts';
import { HOST_STATE, type Host } from '../../src/model/host.ts';
import type { BackupJob } from '../../src/model/backup-job.ts';
import type { Limits } from '../../src/model/limits.ts';
import { END_TYPE, REPEAT, type Schedule, type ScheduledAction } from '../../src/model/scheduled-action.ts';
import { LCM, VM_STATE, type Vm } from '../../src/model/vm.ts';
import { NOUNS } from '../../src/store/nouns.ts';
import type { SqlStore } from '../../src/store/sql-store.ts';
import { datastore as backupDatastore, host, vm } from '../golden/objects.ts';
import type { Random } from '../soak/random.ts';
import { addAll } from './bulk.ts';
import { hostOf, job, type Size } from './cloud.ts';

const HOUR_SEC = 3600;
const DAY_SEC = 86_400;
const owner = { uid: 0, gid: 0, uname: 'oneadmin', gname: 'oneadmin' };
const RACKS = 20;
const DATASTORES = 4;
/** Of each tenth host; the others have MAX_BACKUPS_HOST. */
export const MAX_OF_HOST = 1;

/** Limits that bind now and then. */
export function limitsOf(hosts: number): Limits & { ofDatastore: number; ofRack: number } {
  const ofRack = Math.max(2, Math.round((1.2 * hosts) / RACKS));
  return {
    ...{ maxBackups: Math.ceil(0.7 * hosts), maxBackupsHost: 2, maxRestores: 2, maxUpkeep: 1, maxDrills: 1 },
    networks: Array.from({ length: RACKS }, (_, n) => ({
      name: rackOf(n),
      maxBackups: ofRack,
      bytesPerSec: undefined,
    })),
    ...{ ofDatastore: Math.max(2, Math.round(hosts / 5)), ofRack },
  };
}

export function rackOf(hostId: number): string {
  return `rack-${hostId % RACKS}`;
}

/** A job has so many members, of which a seventh is backed up a day. */
const OF_JOB = 7;

export interface Made {
  datastores: number[];
  /** How many backups become due in the day. */
  due: number;
}

export async function fillLarge(store: SqlStore, size: Size, startSec: number, random: Random): Promise<Made> {
  const datastores: number[] = [];
  for (let n = 0; n < DATASTORES; n++) {
    const template = [
      ['MAX_BACKUPS', String(limitsOf(size.hosts).ofDatastore)],
      ['BACKUP_WEIGHT', String(10 * (n + 1))],
    ] satisfies Array<[string, string]>;
    const made = await store.datastores.allocate((id) => ({
      ...{ ...backupDatastore, ...owner, id, name: `backups-${n}`, type: DATASTORE_TYPE.BACKUP_DS, template },
    }));
    datastores.push(made.id);
  }
  await addAll(store, NOUNS.hosts, hosts(size.hosts));
  const inJobs = size.jobs * OF_JOB;
  const actions = { next: 0 };
  const jobs = [...jobsOf(size.jobs, datastores, random)];
  await addAll(store, NOUNS.vms, machines(size, inJobs, random));
  await addAll(store, NOUNS.backupJobs, jobs);
  await addAll(store, NOUNS.actions, schedules(size, inJobs, { datastores, jobs, actions, startSec, random }));
  const own = Math.ceil((size.vms - inJobs) / 7);
  return { datastores, due: own + inJobs };
}

function* hosts(count: number): Generator<Host> {
  for (let id = 0; id < count; id++) {
    const template: Host['template'] = [['BACKUP_NETWORK', rackOf(id)]];
    if (id % 10 === 0) template.push(['MAX_BACKUPS', String(MAX_OF_HOST)]);
    yield { ...host, id, name: `host${id}`, state: HOST_STATE.MONITORED, template };
  }
}

function* machines({ vms, hosts: all }: Size, inJobs: number, random: Random): Generator<Vm> {
  for (let id = 0; id < vms; id++) {
    const hid = hostOf(id, all, random);
    const config = { ...vm.backups.config, incrementalBackupId: -1, lastIncrementId: -1 };
    const { last: _last, ...backups } = vm.backups;
    yield {
      ...vm,
      ...owner,
      ...{ id, name: `vm-${id}`, deployId: `one-${id}`, operationId: null, stime: 1_750_000_000 },
      ...{ state: VM_STATE.ACTIVE, lcmState: LCM.RUNNING, prevState: VM_STATE.ACTIVE, prevLcmState: LCM.RUNNING },
      history: vm.history.slice(-1).map((record) => ({ ...record, hid })),
      backups: {
        ...backups,
        ids: [],
        config: id < inJobs ? { ...config, backupJobId: Math.floor(id / OF_JOB) } : config,
      },
    };
  }
}

function* jobsOf(count: number, datastores: readonly number[], random: Random): Generator<BackupJob> {
  for (let id = 0; id < count; id++) {
    const members = Array.from({ length: OF_JOB }, (_, index) => id * OF_JOB + index);
    yield job(id, members, datastores[id % datastores.length] ?? -1, random);
  }
}

interface Scheduling {
  datastores: readonly number[];
  jobs: readonly BackupJob[];
  actions: { next: number };
  startSec: number;
  random: Random;
}

function* schedules(
  { vms }: Size,
  inJobs: number,
  { datastores, jobs, actions, startSec, random }: Scheduling,
): Generator<ScheduledAction> {
  const action = (parent: ScheduledAction['parent'], args: string, schedule: Schedule): ScheduledAction => ({
    ...{ id: actions.next++, parent, uid: 0, action: 'backup', args, schedule },
    ...{ doneSec: -1, message: '', warning: 0, finished: false },
  });
  for (const { id } of jobs) yield action({ type: 'BACKUPJOB', id }, '', weekly(startSec, 0, random));
  for (let id = inJobs; id < vms; id++) {
    const datastore = datastores[id % datastores.length] ?? -1;
    yield action({ type: 'VM', id }, String(datastore), weekly(startSec, id % 7, random));
  }
}

/** At a time of its own in the night, between ten and four, of the day that is so many days from now. */
function weekly(startSec: number, day: number, random: Random): Schedule {
  const timeSec = startSec + day * DAY_SEC + 22 * HOUR_SEC + random.whole(0, 6 * HOUR_SEC);
  return {
    ...{ timeSec, anchorSec: timeSec, repeat: REPEAT.WEEKLY, days: [new Date(timeSec * 1000).getUTCDay()] },
    ...{ endType: END_TYPE.NEVER, endValue: -1 },
  };
}
