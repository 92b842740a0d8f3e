// The HOST and HOST_POOL documents; pool entries are full documents.
import type { Host } from '../../model/host.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, cdataLeaf, idList, leaf } from '../xml-write.ts';

export function hostXml(host: Host): string {
  return branch(
    'HOST',
    leaf('ID', host.id),
    leaf('NAME', host.name),
    leaf('STATE', host.state),
    leaf('PREV_STATE', host.prevState),
    cdataLeaf('IM_MAD', host.imMad),
    cdataLeaf('VM_MAD', host.vmMad),
    leaf('CLUSTER_ID', host.clusterId),
    leaf('CLUSTER', host.cluster),
    shareXml(host),
    idList('VMS', host.vms),
    templateXml(alphabetical(host.template)),
    monitoringXml(host),
  );
}

/** HOST_POOL in the order given. */
export function hostPoolXml(hosts: readonly Host[]): string {
  return branch('HOST_POOL', ...hosts.map(hostXml));
}

/** Nothing is reserved, so MAX equals TOTAL; the empty elements are demanded by the schema and the original's list. */
function shareXml(host: Host): string {
  return branch(
    'HOST_SHARE',
    leaf('MEM_USAGE', host.usedMemKb),
    leaf('CPU_USAGE', host.usedCpu),
    leaf('TOTAL_MEM', host.totalMemKb),
    leaf('TOTAL_CPU', host.totalCpu),
    leaf('MAX_MEM', host.totalMemKb),
    leaf('MAX_CPU', host.totalCpu),
    leaf('RUNNING_VMS', host.vms.length),
    leaf('VMS_THREAD', 1),
    branch('DATASTORES', leaf('DISK_USAGE', 0), leaf('FREE_DISK', 0), leaf('MAX_DISK', 0), leaf('USED_DISK', 0)),
    branch('PCI_DEVICES'),
    branch('NUMA_NODES'),
  );
}

/** Empty until the host has been seen once. */
function monitoringXml(host: Host): string {
  if (host.lastMonitored === 0) return branch('MONITORING');
  return branch(
    'MONITORING',
    leaf('TIMESTAMP', host.lastMonitored),
    leaf('ID', host.id),
    branch(
      'CAPACITY',
      leaf('FREE_CPU', host.totalCpu - host.usedCpu),
      leaf('FREE_MEMORY', host.totalMemKb - host.usedMemKb),
      leaf('USED_CPU', host.usedCpu),
      leaf('USED_MEMORY', host.usedMemKb),
    ),
    branch('SYSTEM'),
  );
}
