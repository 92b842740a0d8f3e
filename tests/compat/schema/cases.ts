// For every method that gives a document, such documents made of random objects.
import fc from 'fast-check';
import { accountingRecords, HISTORY_RECORDS } from '../../../src/wire/documents/accounting.ts';
import { ACL_POOL, aclXml } from '../../../src/wire/documents/acl.ts';
import { backupJobEntryXml, BACKUPJOB_POOL, backupJobXml } from '../../../src/wire/documents/backup-job.ts';
import { backupPlanXml } from '../../../src/wire/documents/backup-plan.ts';
import { backupStatusXml } from '../../../src/wire/documents/backup-status.ts';
import { CLUSTER_POOL, clusterXml } from '../../../src/wire/documents/cluster.ts';
import { DATASTORE_POOL, datastoreXml } from '../../../src/wire/documents/datastore.ts';
import { HOST_POOL, hostXml } from '../../../src/wire/documents/host.ts';
import { IMAGE_POOL, imageXml } from '../../../src/wire/documents/image.ts';
import { hostMonitoringXml, MONITORING_DATA, vmMonitoringXml } from '../../../src/wire/documents/monitoring.ts';
import { defaultQuotasXml } from '../../../src/wire/documents/quota.ts';
import { retentionXml } from '../../../src/wire/documents/retention.ts';
import { RUN_POOL, runXml } from '../../../src/wire/documents/run.ts';
import { SECURITY_GROUP_POOL, securityGroupXml } from '../../../src/wire/documents/security-group.ts';
import {
  GROUP_POOL,
  groupEntryXml,
  groupXml,
  USER_POOL,
  userEntryXml,
  userXml,
} from '../../../src/wire/documents/user.ts';
import { VDC_POOL, vdcXml } from '../../../src/wire/documents/vdc.ts';
import { VM_POOL, vmPoolEntryXml, vmXml } from '../../../src/wire/documents/vm.ts';
import { VMTEMPLATE_POOL, vmTemplateXml } from '../../../src/wire/documents/vm-template.ts';
import { VNET_POOL, vnetEntryXml, vnetXml } from '../../../src/wire/documents/vnet.ts';
import { ZONE_POOL, zoneXml } from '../../../src/wire/documents/zone.ts';
import * as any from './arbitraries.ts';
import { PREVIEW_CASES } from './preview-cases.ts';

type Documents = fc.Arbitrary<string>;

/** A pool as it is streamed: its root around entries. */
function pool(root: string, entry: Documents, end: Documents = fc.constant('')): Documents {
  return fc
    .tuple(fc.array(entry, { maxLength: 3 }), end)
    .map(([entries, last]) => `<${root}>${entries.join('')}${last}</${root}>`);
}

const image = fc.tuple(any.images, any.ids).map(([object, vms]) => imageXml(object, vms));
const vmTemplate = any.vmTemplates.map((object) => vmTemplateXml(object));
const datastore = fc.tuple(any.datastores, any.ids).map(([object, images]) => datastoreXml(object, images));
const host = fc.tuple(any.hosts, any.hostShares).map(([object, share]) => hostXml(object, share));
const cluster = fc.tuple(any.clusters, any.clusterMembers).map(([object, members]) => clusterXml(object, members));
const zone = any.zones.map((object) => zoneXml(object));
const securityGroup = fc.tuple(any.securityGroups, any.ids).map(([object, vms]) => securityGroupXml(object, vms));
const vdc = any.vdcs.map((object) => vdcXml(object));
const vmFigures = any.vmFigures.map((object) => vmMonitoringXml(object));
const hostFigures = any.hosts.map((object) =>
  hostMonitoringXml({
    hostId: object.id,
    timestamp: object.lastMonitored,
    freeCpu: object.totalCpu,
    freeMemKb: object.totalMemKb,
    usedCpu: object.usedCpu,
    usedMemKb: object.usedMemKb,
  }),
);
const run = fc.tuple(any.runs, any.runContexts).map(([operation, context]) => runXml(operation, context));
const runPool = pool(RUN_POOL, run);
const defaultUserQuotas = any.quotas.map((view) => defaultQuotasXml('user', view));
const defaultGroupQuotas = any.quotas.map((view) => defaultQuotasXml('group', view));

/** By method, without `one.` */
export const CASES: Readonly<Record<string, Documents>> = {
  ...PREVIEW_CASES,
  'system.runs': runPool,
  'system.backupstatus': any.backupStatuses.map((status) => backupStatusXml(status, ({ vmId }) => vmId)),
  'vm.info': fc.tuple(any.vms, any.actions).map(([vm, actions]) => vmXml(vm, actions)),
  'image.retention': any.retentions.map((one) => retentionXml(one)),
  'vm.backupplan': any.backupPlans.map((plan) => backupPlanXml(plan)),
  'vm.backupruns': runPool,
  'vm.monitoring': pool(MONITORING_DATA, vmFigures),
  'vmpool.info': pool(
    VM_POOL,
    any.vms.map((vm) => vmPoolEntryXml(vm, false)),
  ),
  'vmpool.infoextended': pool(
    VM_POOL,
    any.vms.map((vm) => vmPoolEntryXml(vm, true)),
  ),
  'vmpool.monitoring': pool(MONITORING_DATA, vmFigures),
  'vmpool.accounting': pool(
    HISTORY_RECORDS,
    any.vms.map((vm) => accountingRecords(vm)),
  ),
  'image.info': image,
  'imagepool.info': pool(IMAGE_POOL, image),
  'template.info': vmTemplate,
  'templatepool.info': pool(VMTEMPLATE_POOL, vmTemplate),
  'datastore.info': datastore,
  'datastorepool.info': pool(DATASTORE_POOL, datastore),
  'host.info': host,
  'host.monitoring': pool(MONITORING_DATA, hostFigures),
  'hostpool.info': pool(HOST_POOL, host),
  'hostpool.monitoring': pool(MONITORING_DATA, hostFigures),
  'cluster.info': cluster,
  'clusterpool.info': pool(CLUSTER_POOL, cluster),
  'vn.info': fc.tuple(any.vnets, any.leases).map(([vnet, leases]) => vnetXml(vnet, leases)),
  'vnpool.info': pool(
    VNET_POOL,
    fc.tuple(any.vnets, any.ids).map(([vnet, vms]) => vnetEntryXml(vnet, vms.length, vms)),
  ),
  'user.info': fc.tuple(any.users, any.quotas, any.quotas).map((given) => userXml(...given)),
  'userpool.info': pool(
    USER_POOL,
    fc.tuple(any.users, any.quotas).map((given) => userEntryXml(...given)),
    defaultUserQuotas,
  ),
  'userquota.info': defaultUserQuotas,
  'userquota.update': defaultUserQuotas,
  'group.info': fc.tuple(any.groups, any.ids, any.quotas, any.quotas).map((given) => groupXml(...given)),
  'grouppool.info': pool(
    GROUP_POOL,
    fc.tuple(any.groups, any.ids, any.quotas).map((given) => groupEntryXml(...given)),
    defaultGroupQuotas,
  ),
  'groupquota.info': defaultGroupQuotas,
  'groupquota.update': defaultGroupQuotas,
  'acl.info': pool(
    ACL_POOL,
    any.rules.map((rule) => aclXml(rule)),
  ),
  'backupjob.info': fc.tuple(any.backupJobs, any.actions).map(([job, actions]) => backupJobXml(job, actions)),
  'backupjob.runs': runPool,
  'backupjobpool.info': pool(
    BACKUPJOB_POOL,
    any.backupJobs.map((job) => backupJobEntryXml(job, [1, 2])),
  ),
  'zone.info': zone,
  'zonepool.info': pool(ZONE_POOL, zone),
  'secgroup.info': securityGroup,
  'secgrouppool.info': pool(SECURITY_GROUP_POOL, securityGroup),
  'vdc.info': vdc,
  'vdcpool.info': pool(VDC_POOL, vdc),
};
