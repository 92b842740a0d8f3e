// What became of backups and of all other runs: of a VM, of a backup job; and how backups are now. OpenNebula has no such methods.
import { CODE, OneError } from '../../model/errors.ts';
import { backupStatusXml } from '../../wire/documents/backup-status.ts';
import { method, type MethodTable } from '../method.ts';
import { authorized, IGNORES_LOCK, visibleTo } from '../noun.ts';
import { BACKUP_JOB, VM } from '../nouns/stored.ts';
import { pointOfRun } from '../point-of-run.ts';
import { checkLimit, runPool } from '../run-history.ts';

export const backupHistoryMethods: MethodTable = {
  'one.vm.backupruns': method(['int', ['int', 50]], async (call, id, limit) => {
    await authorized(call, VM, id, 'USE', IGNORES_LOCK);
    return runPool(call, await call.parts.store.operations.ofVm(id, checkLimit(limit)));
  }),
  'one.backupjob.runs': method(['int', ['int', 200]], async (call, id, limit) => {
    await authorized(call, BACKUP_JOB, id, 'USE', IGNORES_LOCK);
    return runPool(call, await call.parts.store.operations.ofJob(id, checkLimit(limit)));
  }),
  'one.system.backupstatus': method([['int', 0]], async (call, limit) => {
    if (limit < 0) throw new OneError(CODE.ACTION, `limit="${limit}" is not right; 0 is for whole lists.`);
    const status = await call.overview.status({ all: call.caller.admin, vms: visibleTo(call, VM) }, limit || Infinity);
    return backupStatusXml(status, pointOfRun);
  }),
};
