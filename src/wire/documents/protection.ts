// PROTECTION_POOL: VMs and whether they have the backups that were asked for. OpenNebula has no such document.
import type { VmProtection } from '../../model/vm-protection.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export const PROTECTION_POOL = 'PROTECTION_POOL';

export function protectionXml(protection: VmProtection): string {
  const { vm, kind, reason, pointSec, limitSec, nextSec, schedules, jobId = -1 } = protection;
  const { proven, ids } = vm.backups;
  return branch(
    'VM',
    leaf('ID', vm.id),
    leaf('UID', vm.uid),
    leaf('GID', vm.gid),
    leaf('UNAME', vm.uname),
    leaf('GNAME', vm.gname),
    cdataLeaf('NAME', vm.name),
    leaf('STATE', vm.state),
    leaf('LCM_STATE', vm.lcmState),
    leaf('KIND', kind),
    cdataLeaf('REASON', reason),
    leaf('LAST_BACKUP', pointSec),
    leaf('MAX_AGE', limitSec),
    leaf('NEXT_BACKUP', nextSec),
    leaf('SCHEDULES', schedules),
    leaf('JOB_ID', jobId),
    proven && ids.includes(proven.imageId)
      ? branch(
          'PROVEN_POINT',
          leaf('IMAGE_ID', proven.imageId),
          leaf('INCREMENT_ID', proven.pointId),
          leaf('DATE', proven.pointDate),
          leaf('PROVEN', proven.date),
          leaf('PROVEN_TIME', proven.tookMs),
          cdataLeaf('PROVEN_BY', proven.by),
        )
      : '',
  );
}
