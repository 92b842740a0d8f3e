// The HOST document; entries of HOST_POOL are full documents.
import type { Host } from '../../model/host.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, cdataLeaf, idList, leaf } from '../xml-write.ts';
import { hostMonitoringXml } from './monitoring.ts';

export const HOST_POOL = 'HOST_POOL';

/** What the VMs that are on a host were promised of it. */
export interface HostShare {
  vms: readonly number[];
  /** Hundredths of a core. */
  cpu: number;
  memKb: number;
}

const NOTHING: HostShare = { vms: [], cpu: 0, memKb: 0 };

export function hostXml(host: Host, share: HostShare = NOTHING): string {
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
    shareXml(host, share),
    idList('VMS', share.vms),
    templateXml(alphabetical(host.template)),
    monitoringXml(host),
  );
}

/** HOST_POOL in the order given. */
export function hostPoolXml(hosts: readonly Host[], shares: ReadonlyMap<number, HostShare> = new Map()): string {
  return branch(HOST_POOL, ...hosts.map((host) => hostXml(host, shares.get(host.id))));
}

/** Nothing is reserved, so MAX equals TOTAL; the empty elements are demanded by the schema and the original's list. */
function shareXml(host: Host, share: HostShare): string {
  return branch(
    'HOST_SHARE',
    leaf('MEM_USAGE', share.memKb),
    leaf('CPU_USAGE', share.cpu),
    leaf('TOTAL_MEM', host.totalMemKb),
    leaf('TOTAL_CPU', host.totalCpu),
    leaf('MAX_MEM', host.totalMemKb),
    leaf('MAX_CPU', host.totalCpu),
    leaf('RUNNING_VMS', share.vms.length),
    leaf('VMS_THREAD', 1),
    branch('DATASTORES', leaf('DISK_USAGE', 0), leaf('FREE_DISK', 0), leaf('MAX_DISK', 0), leaf('USED_DISK', 0)),
    branch('PCI_DEVICES'),
    branch('NUMA_NODES'),
  );
}

/** Empty until the host has been seen once. */
function monitoringXml(host: Host): string {
  if (host.lastMonitored === 0) return branch('MONITORING');
  return hostMonitoringXml({
    hostId: host.id,
    timestamp: host.lastMonitored,
    freeCpu: host.totalCpu - host.usedCpu,
    freeMemKb: host.totalMemKb - host.usedMemKb,
    usedCpu: host.usedCpu,
    usedMemKb: host.usedMemKb,
  });
}
