// BACKUPJOB and BACKUPJOB_POOL, whose entries have no SCHED_ACTION.
import { open, poolOf, type Schema, type Sequence } from './schema.ts';
import { ids, owned, schedAction } from './shared.ts';

const settings: Sequence = {
  'BACKUP_VMS?': 'text',
  'BACKUP_VOLATILE?': 'yesno',
  'DATASTORE_ID?': 'int',
  'ERROR?': 'text',
  'EXECUTION?': 'filled',
  'FS_FREEZE?': 'filled',
  'KEEP_DAILY?': 'count',
  'KEEP_LAST?': 'count',
  'KEEP_MONTHLY?': 'count',
  'KEEP_WEEKLY?': 'count',
  'KEEP_YEARLY?': 'count',
  'MODE?': 'filled',
  'RESET?': 'yesno',
};

const body: Sequence = {
  ...owned,
  PRIORITY: 'count',
  LAST_BACKUP_TIME: 'epoch',
  LAST_BACKUP_DURATION: 'count',
  SCHED_ACTIONS: ids,
  UPDATED_VMS: ids,
  OUTDATED_VMS: ids,
  BACKING_UP_VMS: ids,
  ERROR_VMS: ids,
};

export const backupJob: Schema = {
  root: 'BACKUPJOB',
  content: { ...body, TEMPLATE: open({ ...settings, 'SCHED_ACTION*': schedAction }, ['SCHED_ACTION']) },
};
export const backupJobPool: Schema = poolOf('BACKUPJOB_POOL', 'BACKUPJOB', {
  ...body,
  TEMPLATE: open(settings),
});
