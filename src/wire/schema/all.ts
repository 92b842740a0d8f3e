// The schema of every document, by the method that gives it; and by root, where the root says all.
import { accounting } from './accounting.ts';
import { aclPool } from './acl.ts';
import { auditCheck, auditPool } from './audit.ts';
import { backupJob, backupJobPool } from './backup-job.ts';
import { backupPlan } from './backup-plan.ts';
import { backupStatus } from './backup-status.ts';
import { cluster, clusterPool } from './cluster.ts';
import { datastore, datastorePool } from './datastore.ts';
import { group, groupPool } from './group.ts';
import { host, hostPool } from './host.ts';
import { image, imagePool } from './image.ts';
import { hostMonitoringData, vmMonitoringData } from './monitoring.ts';
import {
  calendar,
  datastoreFill,
  eligibility,
  jobSelection,
  occurrences,
  protectionPool,
  restorePlan,
  nodes,
  runFigures,
  summary,
} from './previews.ts';
import { defaultGroupQuotas, defaultUserQuotas } from './quota.ts';
import { retention } from './retention.ts';
import { runPool } from './run.ts';
import type { Schema } from './schema.ts';
import { securityGroup, securityGroupPool } from './security-group.ts';
import { user, userPool } from './user.ts';
import { vdc, vdcPool } from './vdc.ts';
import { vm, vmPool, vmPoolExtended } from './vm.ts';
import { vmTemplate, vmTemplatePool } from './vm-template.ts';
import { vnet, vnetPool } from './vnet.ts';
import { zone, zonePool } from './zone.ts';

/** Without `one.` */
export const SCHEMA_OF_METHOD: Readonly<Record<string, Schema>> = {
  'system.audit': auditPool,
  'system.auditverify': auditCheck,
  'system.backupstatus': backupStatus,
  'system.calendar': calendar,
  'system.occurrences': occurrences,
  'system.nodes': nodes,
  'system.runfigures': runFigures,
  'system.runs': runPool,
  'system.summary': summary,
  'vm.info': vm,
  'vm.backupplan': backupPlan,
  'vm.backupruns': runPool,
  'vm.eligibility': eligibility,
  'vm.restoreplan': restorePlan,
  'vm.monitoring': vmMonitoringData,
  'vmpool.info': vmPool,
  'vmpool.infoextended': vmPoolExtended,
  'vmpool.monitoring': vmMonitoringData,
  'vmpool.accounting': accounting,
  'vmpool.protection': protectionPool,
  'image.info': image,
  'image.restoreplan': restorePlan,
  'image.retention': retention,
  'imagepool.info': imagePool,
  'template.info': vmTemplate,
  'templatepool.info': vmTemplatePool,
  'datastore.info': datastore,
  'datastore.fill': datastoreFill,
  'datastorepool.info': datastorePool,
  'host.info': host,
  'host.monitoring': hostMonitoringData,
  'hostpool.info': hostPool,
  'hostpool.monitoring': hostMonitoringData,
  'cluster.info': cluster,
  'clusterpool.info': clusterPool,
  'vn.info': vnet,
  'vnpool.info': vnetPool,
  'user.info': user,
  'userpool.info': userPool,
  'userquota.info': defaultUserQuotas,
  'userquota.update': defaultUserQuotas,
  'group.info': group,
  'grouppool.info': groupPool,
  'groupquota.info': defaultGroupQuotas,
  'groupquota.update': defaultGroupQuotas,
  'acl.info': aclPool,
  'backupjob.info': backupJob,
  'backupjob.runs': runPool,
  'backupjob.selection': jobSelection,
  'backupjobpool.info': backupJobPool,
  'zone.info': zone,
  'zonepool.info': zonePool,
  'secgroup.info': securityGroup,
  'secgrouppool.info': securityGroupPool,
  'vdc.info': vdc,
  'vdcpool.info': vdcPool,
};

/** By root; VM_POOL is the short one, MONITORING_DATA that of VMs. */
export const SCHEMAS: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.values(SCHEMA_OF_METHOD)
    .toReversed()
    .map((schema) => [schema.root, schema]),
);
