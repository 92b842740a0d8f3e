// Every case, by family, in the order in which the families run.
import type { Case } from '../case.ts';
import { aclCases } from './acl.ts';
import { backupJobCases } from './backup-job.ts';
import { clusterCases } from './cluster.ts';
import { datastoreCases } from './datastore.ts';
import { groupCases } from './group.ts';
import { hostCases } from './host.ts';
import { imageCases } from './image.ts';
import { parameterCases } from './parameters.ts';
import { previewCases } from './previews.ts';
import { quotaCases } from './quota.ts';
import { scheduleCases } from './schedule.ts';
import { soleCases } from './sole.ts';
import { systemCases } from './system.ts';
import { templateCases } from './template.ts';
import { userCases } from './user.ts';
import { vmBackupCases } from './vm-backup.ts';
import { vmDeviceCases } from './vm-devices.ts';
import { vmPowerCases } from './vm-power.ts';
import { vmCases } from './vm.ts';
import { vmPoolCases } from './vm-pool.ts';
import { vnetCases } from './vnet.ts';

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  'one.system': systemCases,
  'one.acl': aclCases,
  'one.group': groupCases,
  'one.user': userCases,
  quotas: quotaCases,
  'one.zone, one.secgroup, one.vdc': soleCases,
  'one.datastore': datastoreCases,
  'one.host': hostCases,
  'one.cluster': clusterCases,
  'one.vn': vnetCases,
  'one.image': imageCases,
  'one.template': templateCases,
  'one.vm': vmCases,
  'one.vmpool': vmPoolCases,
  'one.vm, power': vmPowerCases,
  'one.vm, devices': vmDeviceCases,
  'one.vm, backups': vmBackupCases,
  'one.backupjob': backupJobCases,
  previews: previewCases,
  'one.vm and one.backupjob, schedules': scheduleCases,
  'every method': parameterCases,
};
