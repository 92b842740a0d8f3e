// Every method of the API by its OpenNebula name.
import type { MethodTable } from '../method.ts';
import { aclMethods } from './acl.ts';
import { auditMethods } from './audit.ts';
import { backupHistoryMethods } from './backup-history.ts';
import { backupJobMethods } from './backup-job.ts';
import { clusterMethods } from './cluster.ts';
import { datastoreMethods } from './datastore.ts';
import { groupMethods } from './group.ts';
import { hostMethods } from './host.ts';
import { imageMethods } from './image.ts';
import { overviewMethods } from './overview.ts';
import { quotaMethods } from './quota.ts';
import { restorePlanMethods } from './restore-plan.ts';
import { scheduleMethods } from './schedule.ts';
import { securityGroupMethods } from './security-group.ts';
import { systemMethods } from './system.ts';
import { templateMethods } from './template.ts';
import { userGroupMethods } from './user-group.ts';
import { userMethods } from './user.ts';
import { vdcMethods } from './vdc.ts';
import { vmDeviceMethods } from './vm-devices.ts';
import { vmPowerMethods } from './vm-power.ts';
import { vmPoolMethods } from './vm-pool.ts';
import { vmSnapshotMethods } from './vm-snapshots.ts';
import { vmMethods } from './vm.ts';
import { vnetMethods } from './vnet.ts';
import { zoneMethods } from './zone.ts';

export const METHODS: MethodTable = {
  ...aclMethods,
  ...auditMethods,
  ...backupHistoryMethods,
  ...backupJobMethods,
  ...clusterMethods,
  ...datastoreMethods,
  ...groupMethods,
  ...hostMethods,
  ...imageMethods,
  ...overviewMethods,
  ...quotaMethods,
  ...restorePlanMethods,
  ...scheduleMethods,
  ...securityGroupMethods,
  ...systemMethods,
  ...templateMethods,
  ...userGroupMethods,
  ...userMethods,
  ...vdcMethods,
  ...vmDeviceMethods,
  ...vmMethods,
  ...vmPoolMethods,
  ...vmPowerMethods,
  ...vmSnapshotMethods,
  ...vnetMethods,
  ...zoneMethods,
};
