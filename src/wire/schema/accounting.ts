// HISTORY_RECORDS of one.vmpool.accounting: each record has the VM inside, which has no history of its own.
import { poolOf, type Schema } from './schema.ts';
import { fullVm, history } from './vm.ts';

export const accounting: Schema = poolOf('HISTORY_RECORDS', 'HISTORY', {
  ...history,
  VM: { ...fullVm, HISTORY_RECORDS: {} },
});
