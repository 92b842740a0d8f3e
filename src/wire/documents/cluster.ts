// The CLUSTER document; entries of CLUSTER_POOL are full documents.
import type { Cluster } from '../../model/cluster.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, idList, leaf } from '../xml-write.ts';

export const CLUSTER_POOL = 'CLUSTER_POOL';

export interface ClusterMembers {
  hosts: readonly number[];
  datastores: readonly number[];
  vnets: readonly number[];
}

export function clusterXml(cluster: Cluster, members: ClusterMembers): string {
  return branch(
    'CLUSTER',
    leaf('ID', cluster.id),
    leaf('NAME', cluster.name),
    idList('HOSTS', members.hosts),
    idList('DATASTORES', members.datastores),
    idList('VNETS', members.vnets),
    templateXml(alphabetical(cluster.template)),
  );
}
