// What is known of every VM without reading its record: enough to say whether it has the backups that it should have.
import type { Vm } from './vm.ts';

export interface KnownVm extends Pick<
  Vm,
  'id' | 'name' | 'uid' | 'uname' | 'gid' | 'gname' | 'stime' | 'state' | 'lcmState'
> {
  /** Of the user template LABELS alone. */
  userTemplate: Vm['userTemplate'];
  backups: Pick<Vm['backups'], 'ids' | 'last' | 'proven'> & { config: Pick<Vm['backups']['config'], 'backupJobId'> };
}

export function knownVmOf(vm: Vm): KnownVm {
  const { id, name, uid, uname, gid, gname, stime, state, lcmState, userTemplate, backups } = vm;
  const { ids, last, proven, config } = backups;
  return {
    ...{ id, name, uid, uname, gid, gname, stime, state, lcmState },
    userTemplate: userTemplate.filter(([key]) => key === 'LABELS'),
    backups: {
      ids,
      ...(last && { last }),
      ...(proven && { proven }),
      config: config.backupJobId === undefined ? {} : { backupJobId: config.backupJobId },
    },
  };
}
