// one.cluster.* and one.clusterpool.*. A cluster's members say themselves that they are in it: a host is in one, datastores and
// networks may be in several or in none.
import { DEFAULT_CLUSTER, type Cluster } from '../../model/cluster.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { checkName } from '../../model/names.ts';
import type { LinkKind } from '../../store/nouns.ts';
import type { Store } from '../../store/store.ts';
import { method, type Call, type Method, type MethodTable } from '../method.ts';
import { authorized, authorizedIn, requireCreate, type ApiNoun } from '../noun.ts';
import { CLUSTER, DATASTORE, HOST, VNET } from '../nouns/stored.ts';
import { infoMethod, updateMethod } from '../owned.ts';
import { poolDocument } from '../pool.ts';
import { forgetRules } from '../rules.ts';

export const clusterMethods: MethodTable = {
  ...infoMethod(CLUSTER),
  ...updateMethod(CLUSTER),
  'one.cluster.allocate': method(['string'], async (call, name) => {
    requireCreate(call, 'CLUSTER');
    checkName(name);
    return (await call.parts.store.clusters.allocate((id) => ({ id, name, template: [] }))).id;
  }),
  'one.cluster.delete': method(['int'], remove),
  'one.cluster.rename': method(['int', 'string'], async (call, id, name) => {
    await authorized(call, CLUSTER, id, 'MANAGE');
    checkName(name, CODE.ACTION);
    await call.parts.store.transaction(async (tx) => {
      await tx.clusters.update(id, (cluster) => void (cluster.name = name));
      for (const host of await tx.links.of('host-cluster', id)) {
        await tx.hosts.update(host, (record) => void (record.cluster = name));
      }
    });
    return id;
  }),
  'one.cluster.addhost': method(['int', 'int'], (call, id, hostId) =>
    change(call, id, HOST, hostId, (tx, cluster) => moveHost(tx, hostId, cluster)),
  ),
  'one.cluster.delhost': method(['int', 'int'], (call, id, hostId) =>
    change(call, id, HOST, hostId, async (tx, cluster, host) => {
      if (host.clusterId !== id) refuse(cluster, `does not have host [${hostId}]`);
      await moveHost(tx, hostId, await tx.clusters.get(DEFAULT_CLUSTER));
    }),
  ),
  'one.cluster.adddatastore': adding(DATASTORE),
  'one.cluster.deldatastore': removing(DATASTORE),
  'one.cluster.addvnet': adding(VNET),
  'one.cluster.delvnet': removing(VNET),
  'one.clusterpool.info': method([], (call) => poolDocument(call, CLUSTER, 'CLUSTER_POOL', {})),
};

const MEMBERS: Array<[LinkKind, string]> = [
  ['host-cluster', 'hosts'],
  ['datastore-cluster', 'datastores'],
  ['vnet-cluster', 'virtual networks'],
];

async function remove(call: Call, id: number): Promise<number> {
  const cluster = await authorized(call, CLUSTER, id, 'ADMIN');
  if (id === DEFAULT_CLUSTER) refuse(cluster, 'is where hosts belong that are in no other; it cannot be deleted');
  await call.parts.store.transaction(async (tx) => {
    for (const [kind, nouns] of MEMBERS) {
      const members = await tx.links.of(kind, id);
      if (members.length > 0) refuse(cluster, `cannot be deleted: it has the ${nouns} ${members.join(', ')}`);
    }
    await tx.clusters.remove(id);
    await forgetRules(tx, 'CLUSTER', id);
  });
  return id;
}

/** Who changes members must administer both the cluster and the member. Answers with the cluster's id. */
async function change<T extends { id: number; name: string }>(
  call: Call,
  id: number,
  noun: ApiNoun<T>,
  memberId: number,
  work: (tx: Store, cluster: Cluster, member: T) => Promise<unknown>,
): Promise<number> {
  await call.parts.store.transaction(async (tx) => {
    const cluster = await authorizedIn(tx, call.caller, CLUSTER, id, 'ADMIN');
    await work(tx, cluster, await authorizedIn(tx, call.caller, noun, memberId, 'ADMIN'));
  });
  return id;
}

async function moveHost(tx: Store, hostId: number, { id, name }: Cluster): Promise<void> {
  await tx.hosts.update(hostId, (host) => void Object.assign(host, { clusterId: id, cluster: name }));
}

interface Member {
  id: number;
  name: string;
  clusters: number[];
}

function adding<T extends Member>(noun: ApiNoun<T>): Method {
  return method(['int', 'int'], (call, id, memberId) =>
    change(call, id, noun, memberId, async (tx, _cluster, { clusters }) => {
      if (clusters.includes(id)) return;
      await noun.pool(tx).update(memberId, (member) => {
        member.clusters = [...member.clusters, id].toSorted((a, b) => a - b);
      });
    }),
  );
}

function removing<T extends Member>(noun: ApiNoun<T>): Method {
  return method(['int', 'int'], (call, id, memberId) =>
    change(call, id, noun, memberId, async (tx, cluster, { clusters }) => {
      if (!clusters.includes(id)) refuse(cluster, `does not have ${noun.label} [${memberId}]`);
      await noun.pool(tx).update(memberId, (member) => {
        member.clusters = member.clusters.filter((one) => one !== id);
      });
    }),
  );
}

function refuse({ id, name }: Cluster, why: string): never {
  throw new OneError(CODE.ACTION, `Cluster [${id}] (${name}) ${why}.`, { objectId: id });
}
