// The VM and VM_POOL documents. The order of the elements is part of the interface, and a pool entry must hold no more
// than one HISTORY: the original command line fails on a second.
import { text, vectors, type Attributes } from '../../model/attributes.ts';
import type { BackupConfig } from '../../model/backup-config.ts';
import type { HistoryRecord, Vm } from '../../model/vm.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, cdataLeaf, idList, leaf } from '../xml-write.ts';
import { headXml, permissionsXml } from './owned.ts';

/** The full VM document. */
export function vmXml(vm: Vm): string {
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
    templateXml(vm.monitoring, 'MONITORING'),
    branch('SCHED_ACTIONS'),
    templateXml(alphabetical(vm.template)),
    templateXml(alphabetical(vm.userTemplate), 'USER_TEMPLATE'),
    branch('HISTORY_RECORDS', ...vm.history.map((record) => historyXml(vm.id, record))),
    branch('BACKUPS', backupConfigXml(vm.backups), idList('BACKUP_IDS', vm.backups.ids)),
  );
}

/** VM_POOL in the order given; `extended` entries are full documents, others the short form. */
export function vmPoolXml(vms: readonly Vm[], extended: boolean): string {
  return branch('VM_POOL', ...vms.map(extended ? vmXml : vmEntryXml));
}

function vmEntryXml(vm: Vm): string {
  const last = vm.history.at(-1);
  return branch(
    'VM',
    headXml(vm),
    leaf('LAST_POLL', vm.lastPoll),
    leaf('STATE', vm.state),
    leaf('LCM_STATE', vm.lcmState),
    timesXml(vm),
    templateXml(shortTemplate(vm.template)),
    templateXml(vm.monitoring, 'MONITORING'),
    templateXml(alphabetical(vm.userTemplate), 'USER_TEMPLATE'),
    branch('HISTORY_RECORDS', ...(last ? [historyEntryXml(vm.id, last)] : [])),
  );
}

/** RESCHED is always 0: VMs are not moved between hosts here. */
function timesXml(vm: Vm): string {
  return leaf('RESCHED', 0) + leaf('STIME', vm.stime) + leaf('ETIME', vm.etime) + leaf('DEPLOY_ID', vm.deployId);
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

function historyXml(vmId: number, record: HistoryRecord): string {
  return branch(
    'HISTORY',
    leaf('OID', vmId),
    leaf('SEQ', record.seq),
    leaf('HOSTNAME', record.hostname),
    leaf('HID', record.hid),
    leaf('CID', record.cid),
    leaf('STIME', record.stime),
    leaf('ETIME', record.etime),
    cdataLeaf('VM_MAD', record.vmMad),
    cdataLeaf('TM_MAD', record.tmMad),
    leaf('DS_ID', record.dsId),
    leaf('PSTIME', record.pstime),
    leaf('PETIME', record.petime),
    leaf('RSTIME', record.rstime),
    leaf('RETIME', record.retime),
    leaf('ESTIME', record.estime),
    leaf('EETIME', record.eetime),
    leaf('ACTION', record.action),
    leaf('UID', record.uid),
    leaf('GID', record.gid),
    leaf('REQUEST_ID', record.requestId),
  );
}

function historyEntryXml(vmId: number, record: HistoryRecord): string {
  return branch(
    'HISTORY',
    leaf('OID', vmId),
    leaf('SEQ', record.seq),
    leaf('HOSTNAME', record.hostname),
    leaf('HID', record.hid),
    leaf('CID', record.cid),
    leaf('DS_ID', record.dsId),
    cdataLeaf('VM_MAD', record.vmMad),
    cdataLeaf('TM_MAD', record.tmMad),
    leaf('ACTION', record.action),
  );
}

function backupConfigXml({ configured, config }: { configured: boolean; config: BackupConfig }): string {
  if (!configured) return branch('BACKUP_CONFIG');
  return branch(
    'BACKUP_CONFIG',
    cdataLeaf('BACKUP_VOLATILE', config.backupVolatile ? 'YES' : 'NO'),
    cdataLeaf('FS_FREEZE', config.fsFreeze),
    cdataLeaf('INCREMENTAL_BACKUP_ID', String(config.incrementalBackupId)),
    cdataLeaf('INCREMENT_MODE', config.incrementMode),
    cdataLeaf('KEEP_LAST', String(config.keepLast)),
    cdataLeaf('LAST_INCREMENT_ID', String(config.lastIncrementId)),
    cdataLeaf('MODE', config.mode),
  );
}
