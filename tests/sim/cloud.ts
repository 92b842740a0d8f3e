// The cloud of the simulation: 10,000 running VMs on 200 hosts, half of them in 500 backup jobs, the others with a schedule of their own.
// Some hosts have three times as many VMs as others. Made through the store, with bodies like those of real objects.
import type { BackupJob } from '../../src/model/backup-job.ts';
import { DATASTORE_TYPE } from '../../src/model/datastore.ts';
import { END_TYPE, REPEAT, type Schedule, type ScheduledAction } from '../../src/model/scheduled-action.ts';
import { LCM, VM_STATE } from '../../src/model/vm.ts';
import type { Store } from '../../src/store/store.ts';
import { datastore as backupDatastore, host, vm } from '../golden/objects.ts';
import type { Random } from '../soak/random.ts';

export interface Size {
  vms: number;
  hosts: number;
  jobs: number;
}

const HOUR_SEC = 3600;
const owner = { uid: 0, gid: 0, uname: 'oneadmin', gname: 'oneadmin' };

/** Hosts as VMs see them: every tenth has more than its share. */
export function hostOf(vmId: number, hosts: number, random: Random): number {
  return vmId % 8 === 0 ? (random.whole(0, Math.ceil(hosts / 10)) * 10) % hosts : vmId % hosts;
}

/** Returns the id of the backup datastore. Everything is due in the night that follows `startSec`, an epoch at midnight. */
export async function fill(store: Store, size: Size, startSec: number, random: Random): Promise<number> {
  const datastore = await store.datastores.allocate((id) => ({
    ...backupDatastore,
    ...owner,
    id,
    type: DATASTORE_TYPE.BACKUP_DS,
  }));
  for (let n = 0; n < size.hosts; n++) await store.hosts.allocate((id) => ({ ...host, id, name: `host${n}` }));
  const inJobs = Math.floor(size.vms / 2);
  for (let n = 0; n < size.vms; n++) {
    const hid = hostOf(n, size.hosts, random);
    const made = await store.vms.allocate((id) => ({
      ...structuredClone(vm),
      ...owner,
      ...{ id, name: `vm-${id}`, deployId: `one-${id}`, operationId: null },
      ...{ state: VM_STATE.ACTIVE, lcmState: LCM.RUNNING, prevState: VM_STATE.ACTIVE, prevLcmState: LCM.RUNNING },
      history: vm.history.slice(-1).map((record) => ({ ...record, hid })),
      backups: { ...vm.backups, ids: [] },
    }));
    if (n >= inJobs) await schedule(store, { type: 'VM', id: made.id }, `${datastore.id}`, nightly(startSec, random));
  }
  const perJob = Math.floor(inJobs / size.jobs);
  for (let n = 0; n < size.jobs; n++) {
    const members = Array.from({ length: perJob }, (_, index) => n * perJob + index);
    const made = await store.backupJobs.allocate((id) => job(id, members, datastore.id, random));
    for (const id of members)
      await store.vms.update(id, (record) => void (record.backups.config.backupJobId = made.id));
    await schedule(store, { type: 'BACKUPJOB', id: made.id }, '', nightly(startSec, random));
  }
  return datastore.id;
}

export function job(id: number, vms: readonly number[], datastoreId: number, random: Random): BackupJob {
  return {
    ...{ ...owner, id, name: `job-${id}`, permissions: vm.permissions, priority: random.whole(0, 100) },
    ...{ lastBackupTime: 0, lastBackupDurationSec: 0 },
    ...{ updatedVms: [], outdatedVms: [], backingUpVms: [], errorVms: [], cancelledVms: [] },
    template: [
      ['BACKUP_VMS', vms.join(',')],
      ['DATASTORE_ID', String(datastoreId)],
      ['EXECUTION', random.whole(0, 2) === 0 ? 'SEQUENTIAL' : 'PARALLEL'],
      ['KEEP_LAST', '4'],
      ['MODE', 'FULL'],
    ],
  };
}

/** Each night between ten and four, at a time of its own; a few every six hours. */
export function nightly(startSec: number, random: Random): Schedule {
  const timeSec = startSec + 22 * HOUR_SEC + random.whole(0, 6 * HOUR_SEC);
  const often = random.whole(0, 50) === 0;
  return {
    ...{ timeSec, anchorSec: timeSec },
    ...(often ? { repeat: REPEAT.HOURLY, days: [6] } : { repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] }),
    ...{ endType: END_TYPE.NEVER, endValue: -1 },
  };
}

async function schedule(store: Store, parent: ScheduledAction['parent'], args: string, when: Schedule): Promise<void> {
  await store.actions.allocate((id) => ({
    ...{ id, parent, uid: 0, action: 'backup', args, schedule: when },
    ...{ doneSec: -1, message: '', warning: 0, finished: false },
  }));
}
