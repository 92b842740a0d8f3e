// one.cluster.* and one.clusterpool.*
import { bad, good, makes, ref, type Case } from '../case.ts';

const cluster = (method: string): string => `one.cluster.${method}`;
const ANN = { as: 'ann' };

/** Adding and removing members of one kind. */
function members(word: string, label: string, member: string): Case[] {
  const add = cluster(`add${word}`);
  const drop = cluster(`del${word}`);
  return [
    good(add, 'one', [ref('east'), ref(member)]),
    good(add, 'that is in it already', [ref('east'), ref(member)]),
    bad(add, 'none', [ref('east'), 4711], 'NO_EXISTS', new RegExp(`${label} \\[4711\\]`)),
    bad(add, 'to no cluster', [4711, ref(member)], 'NO_EXISTS', /cluster \[4711\]/),
    bad(add, 'not for others', [ref('east'), ref(member)], 'AUTHORIZATION', /ADMIN CLUSTER/, ANN),
    bad(cluster('delete'), `with a ${label}`, [ref('east')], 'ACTION'),
    good(drop, 'one', [ref('east'), ref(member)]),
    bad(drop, 'that is not in it', [ref('east'), ref(member)], 'ACTION'),
    bad(drop, 'none', [ref('east'), 4711], 'NO_EXISTS', new RegExp(`${label} \\[4711\\]`)),
    bad(drop, 'from no cluster', [4711, ref(member)], 'NO_EXISTS', /cluster \[4711\]/),
  ];
}

export const clusterCases: readonly Case[] = [
  makes(cluster('allocate'), 'a name', ['east'], 'east'),
  bad(cluster('allocate'), 'a name that is taken', ['default'], 'ALLOCATE', /new cluster\. .*taken/),
  bad(cluster('allocate'), 'no name', [''], 'ALLOCATE', /new cluster/),
  bad(cluster('allocate'), 'a dollar in the name', ['a$b'], 'ALLOCATE', /new cluster/),
  bad(cluster('allocate'), 'not for others', ['west'], 'AUTHORIZATION', /CREATE CLUSTER/, ANN),
  good(cluster('info'), 'the default one', [0], {
    document: 'CLUSTER',
    has: { NAME: 'default', 'DATASTORES/ID': '1', 'HOSTS/ID': '0' },
  }),
  good(cluster('info'), 'with decrypt', [ref('east'), false], { document: 'CLUSTER', has: { NAME: 'east' } }),
  bad(cluster('info'), 'none', [4711], 'NO_EXISTS', /cluster \[4711\]/),
  bad(cluster('info'), 'a negative id', [-1], 'NO_EXISTS', /cluster \[-1\]/),
  bad(cluster('info'), 'not for others', [0], 'AUTHORIZATION', /USE CLUSTER/, ANN),
  good(cluster('update'), 'replace', [ref('east'), 'A="1"', 0]),
  good(cluster('update'), 'merge', [ref('east'), 'B=2', 1]),
  good(cluster('info'), 'both', [ref('east')], { document: 'CLUSTER', has: { 'TEMPLATE/A': '1', 'TEMPLATE/B': '2' } }),
  bad(cluster('update'), 'a wrong flag', [ref('east'), 'A=b', 7], 'XML_RPC_API'),
  bad(cluster('update'), 'none', [4711, 'A=b', 0], 'NO_EXISTS'),
  good(cluster('rename'), 'a name', [ref('east'), 'far east']),
  bad(cluster('rename'), 'a name that is taken', [ref('east'), 'default'], 'ACTION', /taken/),
  bad(cluster('rename'), 'empty', [ref('east'), ''], 'ACTION'),
  bad(cluster('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
  good('one.clusterpool.info', 'all', [], {
    document: 'CLUSTER_POOL',
    has: { 'CLUSTER/NAME': 'far east', 'CLUSTER/ID': '0' },
  }),
  good('one.clusterpool.info', 'none for others', [], { document: 'CLUSTER_POOL' }, ANN),
  bad('one.clusterpool.info', 'a session of nobody', [], 'AUTHENTICATION', /./, { as: 'nobody7:x' }),
  makes('one.host.allocate', 'for a cluster', ['member', 'fake', 'fake', -1], 'member host'),
  makes('one.datastore.allocate', 'for a cluster', ['NAME="member"\nTYPE="IMAGE_DS"', -1], 'member datastore'),
  makes('one.vn.allocate', 'for a cluster', ['NAME="member"\nBRIDGE="br0"', -1], 'member network'),
  ...members('host', 'host', 'member host'),
  ...members('datastore', 'datastore', 'member datastore'),
  ...members('vnet', 'virtual network', 'member network'),
  bad(cluster('delhost'), 'from the cluster it is in by default', [ref('east'), ref('member host')], 'ACTION'),
  good('one.host.delete', 'for a cluster', [ref('member host')]),
  good('one.datastore.delete', 'for a cluster', [ref('member datastore')]),
  good('one.vn.delete', 'for a cluster', [ref('member network')]),
  bad(cluster('delete'), 'the default one', [0], 'ACTION'),
  bad(cluster('delete'), 'not for others', [ref('east')], 'AUTHORIZATION', /CLUSTER/, ANN),
  good(cluster('delete'), 'an empty one', [ref('east')]),
  bad(cluster('delete'), 'twice', [ref('east')], 'NO_EXISTS'),
];
