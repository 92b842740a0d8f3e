// one.vm.*: disks, NICs, sizes and snapshots of one VM, running and powered off.
import { bad, good, makes, ref, type Case, type Until } from '../case.ts';

const vm = (method: string): string => `one.vm.${method}`;
const ANN = { as: 'ann' };
const VM = 'CPU="0.05"\nMEMORY="16"\n';
const is = (state: number, lcm: number): { until: Until } => ({ until: { vm: 'machine', is: [state, lcm] } });
const RUNNING = is(3, 3);
const POWEROFF = is(8, 0);
const machine = ref('machine');
const same = undefined;

const making: readonly Case[] = [
  makes('one.image.allocate', 'for a VM', ['NAME="machine disk"\nSIZE="2"\nFORMAT="qcow2"', 1], 'machine disk', {
    until: { image: 'machine disk', is: 1 },
  }),
  makes(
    'one.vn.allocate',
    'for a VM',
    ['NAME="machine net"\nBRIDGE="br0"\nAR=[ TYPE="IP4", IP="10.1.0.10", SIZE="5" ]', -1],
    'machine net',
  ),
  makes(
    vm('allocate'),
    'with a disk and a NIC',
    [`NAME="machine"\n${VM}DISK=[ IMAGE="machine disk" ]\nNIC=[ NETWORK="machine net" ]`],
    'machine',
    RUNNING,
  ),
  good(vm('info'), 'with a disk and a NIC', [machine], {
    document: 'VM',
    has: {
      'TEMPLATE/DISK/TARGET': 'vda',
      'TEMPLATE/DISK/SIZE': '2',
      'TEMPLATE/NIC/IP': '10.1.0.10',
      'TEMPLATE/NIC/NETWORK': 'machine net',
    },
  }),
];

const disks: readonly Case[] = [
  good(
    vm('attach'),
    "as Ruby's --image asks",
    [machine, (id) => `DISK = [ IMAGE_ID = ${id('machine disk')}, TARGET = vdb ]`],
    same,
    RUNNING,
  ),
  good(
    vm('attach'),
    'XML, a volatile one',
    [machine, '<TEMPLATE><DISK><TYPE>fs</TYPE><SIZE>1</SIZE></DISK></TEMPLATE>'],
    same,
    RUNNING,
  ),
  good(vm('info'), 'three', [machine], {
    document: 'VM',
    has: { 'TEMPLATE/DISK/DISK_ID': '2', 'TEMPLATE/DISK/TARGET': 'vdb' },
  }),
  bad(vm('attach'), 'no disk', [machine, 'A=b'], 'ACTION', /DISK/),
  bad(vm('attach'), 'no template', [machine, 'DISK=['], 'INTERNAL', /line 1/),
  bad(vm('attach'), 'no image', [machine, 'DISK=[ IMAGE_ID="4711" ]'], 'NO_EXISTS', /image \[4711\]/),
  bad(vm('attach'), 'none', [4711, 'DISK=[ TYPE="fs", SIZE="1" ]'], 'NO_EXISTS'),
  bad(vm('attach'), 'not for others', [machine, 'DISK=[ TYPE="fs", SIZE="1" ]'], 'AUTHORIZATION', /MANAGE VM/, ANN),
  good(vm('detach'), 'one', [machine, 2], same, RUNNING),
  bad(vm('detach'), 'one that is gone', [machine, 2], 'ACTION', /2/),
  bad(vm('detach'), 'a negative one', [machine, -1], 'ACTION', /-1/),
  bad(vm('detach'), 'none', [4711, 0], 'NO_EXISTS'),
  good(vm('diskresize'), 'a size as text', [machine, 1, '3'], same, RUNNING),
  bad(vm('diskresize'), 'smaller', [machine, 1, '1'], 'ACTION'),
  bad(vm('diskresize'), 'no size', [machine, 1, ''], 'ACTION'),
  bad(vm('diskresize'), 'a size with a unit', [machine, 1, '4g'], 'ACTION', /4g/),
  bad(vm('diskresize'), 'a size that no disk has', [machine, 1, '99999999999999999999'], 'ACTION'),
  bad(vm('diskresize'), 'a disk that is not there', [machine, 9, '4'], 'ACTION', /9/),
  bad(vm('diskresize'), 'none', [4711, 0, '4'], 'NO_EXISTS'),
  { ...bad(vm('diskresize'), 'a size as number', [machine, 1, 4], 'INTERNAL'), expected: { fault: -501 } },
  makes(vm('disksaveas'), 'as Ruby asks', [machine, 1, 'saved', '', -1], 'saved', { until: { image: 'saved', is: 1 } }),
  good(
    'one.image.info',
    'what was saved',
    [ref('saved')],
    { document: 'IMAGE', has: { NAME: 'saved', SIZE: '3' } },
    {
      until: { vm: 'machine', is: [3, 3] },
    },
  ),
  bad(vm('disksaveas'), 'a name that is taken', [machine, 1, 'saved', '', -1], 'ALLOCATE', /new image\. .*taken/),
  bad(vm('disksaveas'), 'no name', [machine, 1, '', '', -1], 'ALLOCATE', /new image\. .*NAME/),
  bad(vm('disksaveas'), 'a type that is not known', [machine, 1, 'x', 'DANCE', -1], 'ACTION', /DANCE/),
  bad(vm('disksaveas'), 'a disk that is not there', [machine, 9, 'x', '', -1], 'ACTION', /9/),
  bad(vm('disksaveas'), 'none', [4711, 0, 'x', '', -1], 'NO_EXISTS'),
];

const nics: readonly Case[] = [
  good(vm('attachnic'), 'one', [machine, (id) => `NIC=[ NETWORK_ID="${id('machine net')}" ]`], same, RUNNING),
  good(vm('info'), 'with two addresses', [machine], {
    document: 'VM',
    has: { 'TEMPLATE/NIC/IP': '10.1.0.11', 'TEMPLATE/NIC/NIC_ID': '1' },
  }),
  bad(vm('attachnic'), 'no NIC', [machine, 'A=b'], 'ACTION', /NIC/),
  bad(vm('attachnic'), 'no network', [machine, 'NIC=[ NETWORK_ID="4711" ]'], 'NO_EXISTS', /virtual network \[4711\]/),
  bad(
    vm('attachnic'),
    'an address of elsewhere',
    [machine, 'NIC=[ NETWORK="machine net", IP="10.9.9.9" ]'],
    'ACTION',
    /10\.9\.9\.9/,
  ),
  bad(vm('attachnic'), 'none', [4711, 'NIC=[ NETWORK_ID="0" ]'], 'NO_EXISTS'),
  good(vm('detachnic'), 'one', [machine, 1], same, RUNNING),
  bad(vm('detachnic'), 'one that is gone', [machine, 1], 'ACTION', /1/),
  bad(vm('detachnic'), 'none', [4711, 0], 'NO_EXISTS'),
  bad(vm('updatenic'), 'is not offered', [machine, 0, 'MODEL="e1000"', 1], 'ACTION'),
  bad(vm('updatenic'), 'none', [4711, 0, 'MODEL="e1000"'], 'NO_EXISTS'),
  ...['attachsg', 'detachsg'].flatMap((method) => [
    bad(vm(method), 'is not offered', [machine, 0, 0], 'ACTION'),
    bad(vm(method), 'none', [4711, 0, 0], 'NO_EXISTS'),
  ]),
  bad(vm('attachpci'), 'is not offered', [machine, 'PCI=[ VENDOR="8086" ]'], 'ACTION'),
  bad(vm('attachpci'), 'none', [4711, 'PCI=[ VENDOR="8086" ]'], 'NO_EXISTS'),
  bad(vm('detachpci'), 'is not offered', [machine, 0], 'ACTION'),
  bad(vm('detachpci'), 'none', [4711, 0], 'NO_EXISTS'),
];

const systemSnapshots: readonly Case[] = [
  good(vm('snapshotcreate'), 'with a name', [machine, 'befóre'], { id: 0 }, RUNNING),
  good(vm('snapshotcreate'), 'without a name', [machine, ''], { id: 1 }, RUNNING),
  good(vm('info'), 'with its snapshots', [machine], {
    document: 'VM',
    has: { 'TEMPLATE/SNAPSHOT/NAME': 'befóre', 'TEMPLATE/SNAPSHOT/SNAPSHOT_ID': '1' },
  }),
  good(vm('snapshotrevert'), 'the first', [machine, 0], same, RUNNING),
  bad(vm('snapshotrevert'), 'one that is not there', [machine, 9], 'ACTION', /9/),
  bad(vm('snapshotrevert'), 'none', [4711, 0], 'NO_EXISTS'),
  bad(
    vm('updateconf'),
    'increments beside snapshots',
    [machine, 'BACKUP_CONFIG=[ MODE="INCREMENT" ]', 1],
    'INTERNAL',
    /snapshot/,
  ),
  good(vm('snapshotdelete'), 'the second', [machine, 1], same, RUNNING),
  good(vm('snapshotdelete'), 'the first', [machine, 0], same, RUNNING),
  bad(vm('snapshotdelete'), 'one that is gone', [machine, 0], 'ACTION', /0/),
  bad(vm('snapshotdelete'), 'none', [4711, 0], 'NO_EXISTS'),
  bad(vm('snapshotcreate'), 'none', [4711, 'x'], 'NO_EXISTS'),
  bad(vm('snapshotcreate'), 'not for others', [machine, 'x'], 'AUTHORIZATION', /MANAGE VM/, ANN),
];

const off: readonly Case[] = [
  good(vm('action'), 'off', ['poweroff-hard', machine], same, POWEROFF),
  bad(vm('snapshotcreate'), 'of a VM that is off', [machine, 'x'], 'ACTION', /POWEROFF/),
  good(vm('disksnapshotcreate'), 'with a name', [machine, 1, 'then'], { id: 0 }, POWEROFF),
  good(vm('disksnapshotcreate'), 'without a name', [machine, 1, ''], { id: 1 }, POWEROFF),
  good(vm('disksnapshotrename'), 'another name', [machine, 1, 0, 'zuvor ü']),
  good(vm('info'), 'with snapshots of a disk', [machine], {
    document: 'VM',
    has: { 'SNAPSHOTS/SNAPSHOT/NAME': 'zuvor ü', 'SNAPSHOTS/DISK_ID': '1' },
  }),
  bad(vm('disksnapshotrename'), 'one that is not there', [machine, 1, 9, 'x'], 'ACTION', /9/),
  bad(vm('disksnapshotrename'), 'no name', [machine, 1, 0, ''], 'ACTION'),
  bad(vm('disksnapshotrename'), 'none', [4711, 0, 0, 'x'], 'NO_EXISTS'),
  good(vm('disksnapshotrevert'), 'the first', [machine, 1, 0], same, POWEROFF),
  bad(vm('disksnapshotrevert'), 'one that is not there', [machine, 1, 9], 'ACTION', /9/),
  bad(vm('disksnapshotrevert'), 'none', [4711, 0, 0], 'NO_EXISTS'),
  good(vm('disksnapshotdelete'), 'the second', [machine, 1, 1], same, POWEROFF),
  bad(vm('disksnapshotdelete'), 'one that is not there', [machine, 1, 9], 'ACTION', /9/),
  bad(vm('disksnapshotdelete'), 'of a disk that is not there', [machine, 9, 0], 'ACTION', /9/),
  bad(vm('disksnapshotdelete'), 'none', [4711, 0, 0], 'NO_EXISTS'),
  bad(vm('disksnapshotcreate'), 'of a disk that is not there', [machine, 9, 'x'], 'ACTION', /9/),
  bad(vm('disksnapshotcreate'), 'none', [4711, 0, 'x'], 'NO_EXISTS'),
  good(vm('resize'), 'memory', [machine, 'MEMORY="32"']),
  good(vm('resize'), 'XML, enforced', [machine, '<TEMPLATE><CPU>0.1</CPU><VCPU>2</VCPU></TEMPLATE>', true]),
  good(vm('resize'), 'not enforced', [machine, 'CPU="0.1"\nVCPU="0"\nMEMORY="0"', false]),
  good(vm('info'), 'resized', [machine], {
    document: 'VM',
    has: { 'TEMPLATE/MEMORY': '32', 'TEMPLATE/CPU': '0.1', 'TEMPLATE/VCPU': '2' },
  }),
  bad(vm('resize'), 'what is no number', [machine, 'MEMORY="much"', false], 'ACTION', /much/),
  bad(vm('resize'), 'nothing', [machine, '', false], 'ACTION'),
  bad(vm('resize'), 'none', [4711, 'MEMORY="32"', false], 'NO_EXISTS'),
];

const ending: readonly Case[] = [
  good(vm('action'), 'ends it', ['terminate-hard', machine], same, is(6, 0)),
  bad(vm('attach'), 'to a VM that has ended', [machine, 'DISK=[ TYPE="fs", SIZE="1" ]'], 'ACTION', /DONE/),
  bad(vm('resize'), 'a VM that has ended', [machine, 'MEMORY="64"', false], 'ACTION', /DONE/),
  good('one.image.delete', 'of the VM', [ref('machine disk')]),
  good('one.image.delete', 'what was saved', [ref('saved')]),
  good('one.vn.delete', 'of the VM', [ref('machine net')]),
];

export const vmDeviceCases: readonly Case[] = [...making, ...disks, ...nics, ...systemSnapshots, ...off, ...ending];
