// one.vmpool.*: lists of VMs and what is reported of them.
import { CODE, OneError } from '../../model/errors.ts';
import { VM_STATE, type Vm } from '../../model/vm.ts';
import type { Filter } from '../../store/store.ts';
import { accountingRecords } from '../../wire/documents/accounting.ts';
import { vmPoolEntryXml } from '../../wire/documents/vm.ts';
import { method, type MethodTable } from '../method.ts';
import { VM } from '../nouns/stored.ts';
import { poolDocument, poolFilter } from '../pool.ts';

const ROOT = 'VM_POOL';
const MAX_SET = 500;
const HIGHEST_STATE = 11;

const pool = (extended: boolean): MethodTable[string] =>
  method(['int', 'int', 'int', ['int', -1], ['string', '']], (call, flag, start, end, state, query) => {
    if (query !== '') throw new OneError(CODE.ACTION, 'VMs cannot be searched by a query here; list and filter them.');
    const filter = { ...poolFilter(call.user, flag, start, end), ...stateFilter(state) };
    return poolDocument(call, VM, ROOT, filter, (vm) => vmPoolEntryXml(vm, extended));
  });

export const vmPoolMethods: MethodTable = {
  'one.vmpool.info': pool(false),
  'one.vmpool.infoextended': pool(true),
  'one.vmpool.infoset': method(['string', ['boolean', false]], (call, ids, extended) =>
    poolDocument(call, VM, ROOT, { ids: idSet(ids) }, (vm) => vmPoolEntryXml(vm, extended)),
  ),
  'one.vmpool.accounting': method(['int', ['int', -1], ['int', -1]], (call, flag, from, to) => {
    const entry = (vm: Vm): string => accountingRecords(vm, from, to);
    return poolDocument(call, VM, 'HISTORY_RECORDS', poolFilter(call.user, flag, -1, -1), entry);
  }),
};

function stateFilter(state: number): Filter {
  if (state === -2) return {};
  if (state === -1) return { notState: VM_STATE.DONE };
  // also states that OpenNebula has and no VM here is ever in: cloning
  if (state >= VM_STATE.INIT && state <= HIGHEST_STATE) return { states: [state] };
  throw new OneError(CODE.XML_RPC_API, `VM state ${state} is not known; -2 is any, -1 any but DONE.`);
}

function idSet(text: string): number[] {
  const ids = text.split(',').filter((id) => id.trim() !== '');
  const wrong = ids.find((id) => !/^\s*\d{1,9}\s*$/.test(id));
  if (wrong !== undefined) throw new OneError(CODE.XML_RPC_API, `"${wrong}" is no id of a VM; give ids as 1,2,3.`);
  if (ids.length > MAX_SET) throw new OneError(CODE.XML_RPC_API, `${ids.length} ids are too many; at most ${MAX_SET}.`);
  return ids.map(Number);
}
