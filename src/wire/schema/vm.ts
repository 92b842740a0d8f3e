// VM and VM_POOL. Whoever lists VMs needs at most one HISTORY in a short entry, and whoever shows one a TYPE in every DISK.
import { open, poolOf, type Schema, type Sequence } from './schema.ts';
import { head, ids, lock, permissions, schedAction, template } from './shared.ts';

const times: Sequence = { RESCHED: 'flag', STIME: 'epoch', ETIME: 'epoch', DEPLOY_ID: 'text', 'LOCK?': lock };

export const vmFigures: Sequence = {
  'CPU?': 'number',
  'DISK_SIZE*': { ID: 'count', SIZE: 'count' },
  'MEMORY?': 'count',
  'NETRX?': 'count',
  'NETTX?': 'count',
};
const monitoring = open({ ...vmFigures, 'ID?': 'count', 'TIMESTAMP?': 'epoch' });

export const history: Sequence = {
  OID: 'count',
  SEQ: 'count',
  HOSTNAME: 'text',
  HID: 'int',
  CID: 'int',
  STIME: 'epoch',
  ETIME: 'epoch',
  VM_MAD: 'text',
  TM_MAD: 'text',
  DS_ID: 'int',
  PSTIME: 'epoch',
  PETIME: 'epoch',
  RSTIME: 'epoch',
  RETIME: 'epoch',
  ESTIME: 'epoch',
  EETIME: 'epoch',
  ACTION: 'count',
  UID: 'int',
  GID: 'int',
  REQUEST_ID: 'text',
};

const shortHistory: Sequence = {
  OID: 'count',
  SEQ: 'count',
  HOSTNAME: 'text',
  HID: 'int',
  CID: 'int',
  DS_ID: 'int',
  VM_MAD: 'text',
  TM_MAD: 'text',
  ACTION: 'count',
};

const diskSnapshots: Sequence = {
  ALLOW_ORPHANS: 'filled',
  CURRENT_BASE: 'int',
  DISK_ID: 'count',
  NEXT_SNAPSHOT: 'count',
  'SNAPSHOT*': {
    'ACTIVE?': 'yesno',
    'CHILDREN?': 'id list',
    DATE: 'epoch',
    ID: 'count',
    'NAME?': 'text',
    PARENT: 'int',
    SIZE: 'count',
  },
};

const backupConfig: Sequence = {
  'BACKUP_JOB_ID?': 'count',
  'BACKUP_VOLATILE?': 'yesno',
  'FREEZE_FAILURE?': 'filled',
  'FREEZE_LIMIT?': 'count',
  'FS_FREEZE?': 'filled',
  'INCREMENTAL_BACKUP_ID?': 'int',
  'INCREMENT_MODE?': 'filled',
  'KEEP_DAILY?': 'count',
  'KEEP_LAST?': 'count',
  'KEEP_MONTHLY?': 'count',
  'KEEP_WEEKLY?': 'count',
  'KEEP_YEARLY?': 'count',
  'LAST_BACKUP_ID?': 'filled',
  'LAST_BACKUP_SIZE?': 'count',
  'LAST_DATASTORE_ID?': 'int',
  'LAST_INCREMENT_ID?': 'int',
  'MODE?': 'filled',
};

/** OneVault's own. */
const lastBackup: Sequence = {
  IMAGE_ID: 'count',
  INCREMENT_ID: 'count',
  TYPE: 'point type',
  REASON: 'text',
  CONSISTENCY: 'consistency',
  DATE: 'epoch',
};

const disk = open({ TYPE: 'filled' });
const systemSnapshot = open({
  HYPERVISOR_ID: 'text',
  NAME: 'text',
  SNAPSHOT_ID: 'count',
  'SYSTEM_DISK_SIZE?': 'count',
  TIME: 'epoch',
});

export const fullVm: Sequence = {
  ...head,
  PERMISSIONS: permissions,
  LAST_POLL: 'epoch',
  STATE: 'count',
  LCM_STATE: 'count',
  PREV_STATE: 'count',
  PREV_LCM_STATE: 'count',
  ...times,
  MONITORING: monitoring,
  SCHED_ACTIONS: ids,
  TEMPLATE: open({ 'DISK*': disk, 'NIC*': open(), 'SNAPSHOT*': systemSnapshot, 'SCHED_ACTION*': schedAction }, [
    'SCHED_ACTION',
  ]),
  USER_TEMPLATE: template,
  HISTORY_RECORDS: { 'HISTORY*': history },
  'SNAPSHOTS*': diskSnapshots,
  BACKUPS: { BACKUP_CONFIG: backupConfig, BACKUP_IDS: ids, 'LAST_BACKUP?': lastBackup },
};

const shortVm: Sequence = {
  ...head,
  LAST_POLL: 'epoch',
  STATE: 'count',
  LCM_STATE: 'count',
  ...times,
  TEMPLATE: {
    'CPU?': 'text',
    'MEMORY?': 'text',
    'VCPU?': 'text',
    'DISK*': disk,
    'NIC*': open(),
    'GRAPHICS?': open(),
  },
  MONITORING: monitoring,
  USER_TEMPLATE: template,
  HISTORY_RECORDS: { 'HISTORY?': shortHistory },
};

export const vm: Schema = { root: 'VM', content: fullVm };
/** one.vmpool.info */
export const vmPool: Schema = poolOf('VM_POOL', 'VM', shortVm);
/** one.vmpool.infoextended */
export const vmPoolExtended: Schema = poolOf('VM_POOL', 'VM', fullVm);
