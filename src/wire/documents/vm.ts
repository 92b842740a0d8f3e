// The VM document and the entries of VM_POOL. The order of the elements is part of the interface, and a short entry must hold no
// more than one HISTORY: the original command line fails on a second.
import { text, vectors, type Attributes } from '../../model/attributes.ts';
import { writeFreeze, writeKeepRules } from '../../model/backup-config.ts';
import type { ScheduledAction } from '../../model/scheduled-action.ts';
import type { DiskSnapshot, DiskSnapshots, LastBackup, Vm } from '../../model/vm.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, cdataLeaf, idList, leaf } from '../xml-write.ts';
import { historyXml, shortHistoryXml } from './history.ts';
import { headXml, lockXml, permissionsXml } from './owned.ts';
import { schedActionAttribute } from './scheduled-action.ts';

export const VM_POOL = 'VM_POOL';

/** The full VM document, with the actions that are scheduled on the VM. */
export function vmXml(vm: Vm, actions: readonly ScheduledAction[] = []): string {
  return branch(
    'VM',
    headXml(vm),
    permissionsXml(vm.permissions),
    leaf('LAST_POLL', vm.lastPoll),
    leaf('STATE', vm.state),
    leaf('LCM_STATE', vm.lcmState),
    leaf('PREV_STATE', vm.prevState),
    leaf('PREV_LCM_STATE', vm.prevLcmState),
    timesXml(vm),
    lockXml(vm.lock),
    templateXml(alphabetical(vm.monitoring), 'MONITORING'),
    idList(
      'SCHED_ACTIONS',
      actions.map(({ id }) => id),
    ),
    templateXml([...alphabetical(vm.template), ...actions.map(schedActionAttribute)]),
    templateXml(alphabetical(vm.userTemplate), 'USER_TEMPLATE'),
    branch('HISTORY_RECORDS', ...vm.history.map((record) => historyXml(vm.id, record))),
    ...(vm.diskSnapshots ?? []).filter(({ snapshots }) => snapshots.length > 0).map(snapshotsXml),
    branch(
      'BACKUPS',
      backupConfigXml(vm.backups),
      idList('BACKUP_IDS', vm.backups.ids),
      lastBackupXml(vm.backups.last),
    ),
  );
}

/** VM_POOL in the order given; `extended` entries are full documents, others the short form. */
export function vmPoolXml(vms: readonly Vm[], extended: boolean): string {
  return branch(VM_POOL, ...vms.map((vm) => vmPoolEntryXml(vm, extended)));
}

/** One VM of VM_POOL: the full document when `extended`, else the short form. */
export function vmPoolEntryXml(vm: Vm, extended: boolean): string {
  return extended ? vmXml(vm) : shortVmXml(vm);
}

function shortVmXml(vm: Vm): string {
  const last = vm.history.at(-1);
  return branch(
    'VM',
    headXml(vm),
    leaf('LAST_POLL', vm.lastPoll),
    leaf('STATE', vm.state),
    leaf('LCM_STATE', vm.lcmState),
    timesXml(vm),
    lockXml(vm.lock),
    templateXml(shortTemplate(vm.template)),
    templateXml(alphabetical(vm.monitoring), 'MONITORING'),
    templateXml(alphabetical(vm.userTemplate), 'USER_TEMPLATE'),
    branch('HISTORY_RECORDS', ...(last ? [shortHistoryXml(vm.id, last)] : [])),
  );
}

function timesXml(vm: Vm): string {
  return (
    leaf('RESCHED', vm.resched ? 1 : 0) +
    leaf('STIME', vm.stime) +
    leaf('ETIME', vm.etime) +
    leaf('DEPLOY_ID', vm.deployId)
  );
}

/** CPU MEMORY VCPU DISK* NIC* GRAPHICS?, in this order. */
function shortTemplate(template: Attributes): Attributes {
  const short: Attributes = [];
  for (const name of ['CPU', 'MEMORY', 'VCPU']) {
    const value = text(template, name);
    if (value !== undefined) short.push([name, value]);
  }
  for (const name of ['DISK', 'NIC']) {
    for (const vector of vectors(template, name)) short.push([name, vector]);
  }
  const graphics = vectors(template, 'GRAPHICS')[0];
  if (graphics) short.push(['GRAPHICS', graphics]);
  return short.flatMap((attribute) => alphabetical([attribute]));
}

/** Snapshots of one disk; nothing when it has none. A disk cannot lose a snapshot that others stand on: no orphans. */
function snapshotsXml({ diskId, nextId, snapshots }: DiskSnapshots): string {
  if (snapshots.length === 0) return '';
  return branch(
    'SNAPSHOTS',
    cdataLeaf('ALLOW_ORPHANS', 'NO'),
    cdataLeaf('CURRENT_BASE', '-1'),
    cdataLeaf('DISK_ID', String(diskId)),
    cdataLeaf('NEXT_SNAPSHOT', String(nextId)),
    ...snapshots.map(snapshotXml),
  );
}

function snapshotXml(snapshot: DiskSnapshot): string {
  return branch(
    'SNAPSHOT',
    snapshot.active ? cdataLeaf('ACTIVE', 'YES') : '',
    snapshot.children.length > 0 ? cdataLeaf('CHILDREN', snapshot.children.join(',')) : '',
    cdataLeaf('DATE', String(snapshot.date)),
    cdataLeaf('ID', String(snapshot.id)),
    cdataLeaf('NAME', snapshot.name),
    cdataLeaf('PARENT', String(snapshot.parent)),
    cdataLeaf('SIZE', String(snapshot.sizeMb)),
  );
}

/** LAST_DATASTORE_ID is there while a backup is under way, and says where to. */
function backupConfigXml({ configured, config, running }: Vm['backups']): string {
  const job = config.backupJobId === undefined ? '' : cdataLeaf('BACKUP_JOB_ID', String(config.backupJobId));
  const target = running ? cdataLeaf('LAST_DATASTORE_ID', String(running.datastoreId)) : '';
  if (!configured) return branch('BACKUP_CONFIG', job, target);
  return branch(
    'BACKUP_CONFIG',
    job,
    cdataLeaf('BACKUP_VOLATILE', config.backupVolatile ? 'YES' : 'NO'),
    ...writeFreeze(config).map(([name, value]) => cdataLeaf(name, value)),
    cdataLeaf('FS_FREEZE', config.fsFreeze),
    cdataLeaf('INCREMENTAL_BACKUP_ID', String(config.incrementalBackupId)),
    cdataLeaf('INCREMENT_MODE', config.incrementMode),
    ...writeKeepRules(config).map(([name, value]) => cdataLeaf(name, value)),
    target,
    cdataLeaf('LAST_INCREMENT_ID', String(config.lastIncrementId)),
    cdataLeaf('MODE', config.mode),
  );
}

/** What OpenNebula's own documents do not tell. */
function lastBackupXml(last: LastBackup | undefined): string {
  if (last === undefined) return '';
  return branch(
    'LAST_BACKUP',
    leaf('IMAGE_ID', last.imageId),
    leaf('INCREMENT_ID', last.pointId),
    leaf('TYPE', last.type),
    cdataLeaf('REASON', last.reason),
    leaf('CONSISTENCY', last.consistency),
    leaf('DATE', last.date),
  );
}
