// one.host.* and one.hostpool.*; the host "here" is there.
import { bad, good, makes, ref, type Case } from '../case.ts';

const host = (method: string): string => `one.host.${method}`;
const ANN = { as: 'ann' };

export const hostCases: readonly Case[] = [
  makes(host('allocate'), 'with a cluster', ['there', 'fake', 'fake', 0], 'there'),
  makes(host('allocate'), 'with the default cluster', ['elsewhere', 'fake', 'fake', -1], 'elsewhere'),
  bad(host('allocate'), 'a name that is taken', ['there', 'fake', 'fake', -1], 'ALLOCATE', /new host\. .*taken/),
  bad(host('allocate'), 'no name', ['', 'fake', 'fake', -1], 'ALLOCATE', /new host\. .*NAME/),
  bad(host('allocate'), 'a semicolon in the name', ['a;b', 'fake', 'fake', -1], 'ALLOCATE', /new host/),
  bad(host('allocate'), 'a driver that is not known', ['a', 'kvm', 'dance', -1], 'ALLOCATE', /new host\. .*dance/),
  bad(host('allocate'), 'no such cluster', ['a', 'fake', 'fake', 4711], 'NO_EXISTS', /cluster \[4711\]/),
  bad(host('allocate'), 'not for others', ['a', 'fake', 'fake', -1], 'AUTHORIZATION', /CREATE HOST/, ANN),
  good(host('info'), 'a host', [ref('there')], {
    document: 'HOST',
    has: { NAME: 'there', IM_MAD: 'fake', VM_MAD: 'fake', CLUSTER_ID: '0' },
  }),
  good(host('info'), 'with decrypt', [ref('there'), true], { document: 'HOST', has: { CLUSTER: 'default' } }),
  bad(host('info'), 'none', [4711], 'NO_EXISTS', /host \[4711\]/),
  bad(host('info'), 'not for others', [ref('there')], 'AUTHORIZATION', /USE HOST/, ANN),
  good(host('update'), 'replace', [ref('there'), 'RACK="7"', 0]),
  good(host('update'), 'merge XML', [ref('there'), '<TEMPLATE><ROOM>É</ROOM></TEMPLATE>', 1]),
  good(host('info'), 'both', [ref('there')], { document: 'HOST', has: { 'TEMPLATE/RACK': '7', 'TEMPLATE/ROOM': 'É' } }),
  bad(host('update'), 'a wrong flag', [ref('there'), 'A=b', 2], 'XML_RPC_API'),
  bad(host('update'), 'none', [4711, 'A=b', 0], 'NO_EXISTS'),
  good(host('rename'), 'a name', [ref('there'), 'over-there']),
  bad(host('rename'), 'taken', [ref('there'), 'elsewhere'], 'ACTION', /taken/),
  bad(host('rename'), 'empty', [ref('there'), ''], 'ACTION'),
  bad(host('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
  good(host('status'), 'disabled', [ref('there'), 1]),
  good(host('status'), 'offline', [ref('there'), 2]),
  good(host('info'), 'offline', [ref('there')], { document: 'HOST', has: { STATE: '8' } }),
  good(host('status'), 'enabled', [ref('there'), 0]),
  bad(host('status'), 'no status', [ref('there'), 3], 'XML_RPC_API'),
  bad(host('status'), 'a negative one', [ref('there'), -1], 'XML_RPC_API'),
  bad(host('status'), 'none', [4711, 0], 'NO_EXISTS'),
  bad(host('status'), 'not for others', [ref('there'), 0], 'AUTHORIZATION', /ADMIN HOST/, ANN),
  good('one.hostpool.info', 'all', [], {
    document: 'HOST_POOL',
    has: { 'HOST/NAME': 'over-there', 'HOST/STATE': '2' },
  }),
  good('one.hostpool.info', 'none for others', [], { document: 'HOST_POOL' }, ANN),
  good('one.hostpool.info', 'parameters of other pools', [-2, -1, -1, ''], {
    document: 'HOST_POOL',
    has: { 'HOST/NAME': 'here' },
  }),
  bad('one.hostpool.info', 'a session of nobody', [], 'AUTHENTICATION', /./, { as: 'nobody4:x' }),
  makes('one.vm.allocate', 'a VM for the host', ['NAME="guest"\nCPU="0.1"\nMEMORY="16"', true], 'guest'),
  good('one.vm.deploy', 'on the host', [ref('guest'), ref('host')], undefined, { until: { vm: 'guest', is: [3, 3] } }),
  bad(host('delete'), 'with a VM', [ref('host')], 'ACTION', /VM/),
  good('one.vm.action', 'ends the VM', ['terminate-hard', ref('guest')], undefined, {
    until: { vm: 'guest', is: [6, 0] },
  }),
  bad(host('delete'), 'not for others', [ref('there')], 'AUTHORIZATION', /HOST/, ANN),
  ...['there', 'elsewhere'].map((name) => good(host('delete'), `the host "${name}"`, [ref(name)])),
  bad(host('delete'), 'twice', [ref('there')], 'NO_EXISTS'),
];
