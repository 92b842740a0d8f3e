// Entries of accounting's HISTORY_RECORDS: every record with the VM it is of inside.
import type { HistoryRecord, Vm } from '../../model/vm.ts';
import { historyXml } from './history.ts';
import { vmXml } from './vm.ts';

export const HISTORY_RECORDS = 'HISTORY_RECORDS';

/** Of one VM, the records that reach into from..to (epoch seconds, -1 for open). The VM inside each has no history of its own. */
export function accountingRecords(vm: Vm, from = -1, to = -1): string {
  const records = vm.history.filter((record) => reachesInto(record, from, to));
  if (records.length === 0) return '';
  const inside = vmXml({ ...vm, history: [] });
  return records.map((record) => historyXml(vm.id, record, inside)).join('');
}

/** An etime of 0 is still to come. */
function reachesInto({ stime, etime }: HistoryRecord, from: number, to: number): boolean {
  return (from === -1 || etime === 0 || etime > from) && (to === -1 || stime < to);
}
