// HISTORY, the record of one stay of a VM on a host: full inside a VM, short inside a pool entry.
import type { HistoryRecord } from '../../model/vm.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

/** `inside` is XML for its end, where accounting has the VM. */
export function historyXml(vmId: number, record: HistoryRecord, inside = ''): string {
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
    inside,
  );
}

export function shortHistoryXml(vmId: number, record: HistoryRecord): string {
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
