// one.vn.* and one.vnpool.*
import { bad, good, makes, ref, type Case } from '../case.ts';

const vn = (method: string): string => `one.vn.${method}`;
const ANN = { as: 'ann' };
const nothing: readonly number[] = Array<number>(9).fill(-1);

const making: readonly Case[] = [
  makes(
    vn('allocate'),
    'with a range',
    ['NAME="lan"\nBRIDGE="br0"\nAR=[ TYPE="IP4", IP="10.0.0.10", SIZE="10" ]', -1],
    'lan',
  ),
  makes(
    vn('allocate'),
    'XML, the cluster left out',
    ['<TEMPLATE><NAME>wän</NAME><BRIDGE>br1</BRIDGE><VN_MAD>dummy</VN_MAD></TEMPLATE>'],
    'wan',
  ),
  bad(vn('allocate'), 'no name', ['BRIDGE="br0"', -1], 'ALLOCATE', /new virtual network\. .*NAME/),
  bad(
    vn('allocate'),
    'a name that is taken',
    ['NAME="lan"\nBRIDGE="br0"', -1],
    'ALLOCATE',
    /new virtual network\. .*taken/,
  ),
  bad(
    vn('allocate'),
    'a range without addresses',
    ['NAME="a"\nBRIDGE="br0"\nAR=[ TYPE="IP4", SIZE="1" ]', -1],
    'ALLOCATE',
    /IP=/,
  ),
  bad(vn('allocate'), 'no bridge', ['NAME="a"', -1], 'ALLOCATE', /BRIDGE/),
  bad(
    vn('allocate'),
    'a driver that is not there',
    ['NAME="a"\nBRIDGE="br0"\nVN_MAD="dance"', -1],
    'ALLOCATE',
    /VN_MAD/,
  ),
  bad(vn('allocate'), 'no cluster of that id', ['NAME="a"\nBRIDGE="br0"', 4711], 'NO_EXISTS', /cluster \[4711\]/),
  bad(vn('allocate'), 'no template', ['AR=[', -1], 'INTERNAL', /line 1/),
  bad(vn('allocate'), 'not for others', ['NAME="a"\nBRIDGE="br0"', -1], 'AUTHORIZATION', /CREATE NET/, ANN),
];

const looking: readonly Case[] = [
  good(vn('info'), 'a network', [ref('lan')], {
    document: 'VNET',
    has: { NAME: 'lan', BRIDGE: 'br0', USED_LEASES: '0', 'AR_POOL/AR/IP': '10.0.0.10', 'AR_POOL/AR/SIZE': '10' },
  }),
  good(vn('info'), 'with decrypt', [ref('wan'), true], { document: 'VNET', has: { NAME: 'wän' } }),
  bad(vn('info'), 'none', [4711], 'NO_EXISTS', /virtual network \[4711\]/),
  bad(vn('info'), 'not for others', [ref('lan')], 'AUTHORIZATION', /USE NET/, ANN),
  good('one.vnpool.info', 'all', [-2, -1, -1], { document: 'VNET_POOL', has: { 'VNET/NAME': 'lan' } }),
  good('one.vnpool.info', 'a page', [-2, 0, -24], { document: 'VNET_POOL', has: { 'VNET/NAME': 'wän' } }),
  good('one.vnpool.info', 'a surplus parameter', [-2, -1, -1, ''], {
    document: 'VNET_POOL',
    has: { 'VNET/NAME': 'lan' },
  }),
  good('one.vnpool.info', 'none for others', [-2, -1, -1], { document: 'VNET_POOL' }, ANN),
  bad('one.vnpool.info', 'a flag that is not known', [-5, -1, -1], 'XML_RPC_API', /filter_flag/),
];

const changing: readonly Case[] = [
  good(vn('update'), 'replace', [ref('lan'), 'BRIDGE="br0"\nGATEWAY="10.0.0.1"', 0]),
  good(vn('update'), 'merge', [ref('lan'), 'DNS="10.0.0.2"', 1]),
  good(vn('info'), 'both', [ref('lan')], {
    document: 'VNET',
    has: { 'TEMPLATE/GATEWAY': '10.0.0.1', 'TEMPLATE/DNS': '10.0.0.2' },
  }),
  bad(vn('update'), 'a wrong flag', [ref('lan'), 'A=b', 2], 'XML_RPC_API'),
  bad(vn('update'), 'none', [4711, 'A=b', 0], 'NO_EXISTS'),
  good(vn('rename'), 'a name', [ref('wan'), 'wide']),
  bad(vn('rename'), 'a name that is taken', [ref('wan'), 'lan'], 'ACTION', /taken/),
  bad(vn('rename'), 'none', [4711, 'a'], 'NO_EXISTS'),
  good(vn('chmod'), 'use for others', [ref('lan'), -1, -1, -1, -1, -1, -1, 1, -1, -1]),
  good(vn('info'), 'by others', [ref('lan')], { document: 'VNET', has: { 'PERMISSIONS/OTHER_U': '1' } }, ANN),
  bad(vn('chmod'), 'a bit of -2', [ref('lan'), -2, ...nothing.slice(1)], 'XML_RPC_API'),
  bad(vn('chmod'), 'none', [4711, ...nothing], 'NO_EXISTS'),
  good(vn('chown'), 'group alone', [ref('lan'), -1, 1]),
  bad(vn('chown'), 'to nobody', [ref('lan'), 4711, -1], 'NO_EXISTS', /user \[4711\]/),
  good(vn('lock'), 'use', [ref('lan'), 1]),
  bad(vn('update'), 'locked', [ref('lan'), 'A=b', 1], 'LOCKED'),
  good(vn('unlock'), 'a network', [ref('lan')]),
  bad(vn('lock'), 'a level that is not known', [ref('lan'), 5], 'XML_RPC_API'),
  bad(vn('unlock'), 'none', [4711], 'NO_EXISTS'),
];

const leasing: readonly Case[] = [
  good(vn('add_ar'), 'a range', [ref('lan'), 'AR=[ TYPE="ETHER", SIZE="5", MAC="02:00:00:00:00:01" ]']),
  bad(vn('add_ar'), 'one that overlaps', [ref('lan'), 'AR=[ TYPE="IP4", IP="10.0.0.15", SIZE="1" ]'], 'ACTION'),
  bad(vn('add_ar'), 'no range', [ref('lan'), 'A=b'], 'ACTION', /AR=/),
  bad(vn('add_ar'), 'none', [4711, 'AR=[ TYPE="ETHER", SIZE="5" ]'], 'NO_EXISTS'),
  good(vn('update_ar'), 'its size', [ref('lan'), 'AR=[ AR_ID="1", SIZE="6" ]']),
  bad(vn('update_ar'), 'a range that does not exist', [ref('lan'), 'AR=[ AR_ID="9", SIZE="6" ]'], 'ACTION', /9/),
  bad(vn('update_ar'), 'no range', [ref('lan'), 'AR=[ SIZE="6" ]'], 'ACTION', /AR_ID/),
  good(vn('hold'), 'an address', [ref('lan'), 'LEASES=[ IP="10.0.0.12" ]']),
  good(vn('info'), 'which is held', [ref('lan')], {
    document: 'VNET',
    has: { USED_LEASES: '1', 'AR_POOL/AR/LEASES/LEASE/IP': '10.0.0.12' },
  }),
  bad(vn('hold'), 'an address that is held', [ref('lan'), 'LEASES=[ IP="10.0.0.12" ]'], 'ACTION'),
  bad(vn('hold'), 'an address of elsewhere', [ref('lan'), 'LEASES=[ IP="10.9.9.9" ]'], 'ACTION', /10\.9\.9\.9/),
  bad(vn('hold'), 'none', [4711, 'LEASES=[ IP="10.0.0.12" ]'], 'NO_EXISTS'),
  bad(vn('delete'), 'with a lease', [ref('lan')], 'ACTION'),
  bad(vn('rm_ar'), 'with a lease', [ref('lan'), 0], 'ACTION'),
  good(vn('release'), 'the address', [ref('lan'), 'LEASES=[ IP="10.0.0.12" ]']),
  bad(vn('release'), 'an address that is free', [ref('lan'), 'LEASES=[ IP="10.0.0.12" ]'], 'ACTION'),
  good(vn('rm_ar'), 'a range', [ref('lan'), 1]),
  good(vn('rm_ar'), 'with force', [ref('lan'), 0, true]),
  bad(vn('rm_ar'), 'a range that is gone', [ref('lan'), 1], 'ACTION'),
  bad(vn('reserve'), 'addresses', [ref('lan'), 'SIZE="1"'], 'ACTION'),
  bad(vn('reserve'), 'of none', [4711, 'SIZE="1"'], 'NO_EXISTS'),
  bad(vn('free_ar'), 'a range', [ref('lan'), 0], 'ACTION'),
  bad(vn('free_ar'), 'of none', [4711, 0], 'NO_EXISTS'),
];

const ending: readonly Case[] = [
  bad(vn('delete'), 'by others', [ref('wan')], 'AUTHORIZATION', /MANAGE NET/, ANN),
  bad(vn('delete'), 'none', [4711], 'NO_EXISTS'),
  ...['lan', 'wan'].map((name) => good(vn('delete'), `the network "${name}"`, [ref(name)])),
];

export const vnetCases: readonly Case[] = [...making, ...looking, ...changing, ...leasing, ...ending];
