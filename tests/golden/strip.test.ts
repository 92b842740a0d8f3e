// The whole table of attributes that a restore removes: a VM that has every one of them, and the template that comes back.
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../src/model/attributes.ts';
import { stripTemplate } from '../../src/restore/strip.ts';

/** Every sub-attribute as `NAME = "x"`; those with a meaning are put over it. */
function full(names: string, over: Record<string, string> = {}): Array<[string, string]> {
  return names.split(' ').map((name) => [name, over[name] ?? 'x']);
}

const DISK =
  'ALLOW_ORPHANS CLONE CLONE_TARGET CLUSTER_ID DATASTORE DATASTORE_ID DEV_PREFIX DISK_SNAPSHOT_TOTAL_SIZE DISK_TYPE ' +
  'DRIVER IMAGE IMAGE_ID IMAGE_STATE IMAGE_UID IMAGE_UNAME LN_TARGET OPENNEBULA_MANAGED ORIGINAL_SIZE PERSISTENT ' +
  'READONLY SAVE SIZE SOURCE TARGET TM_MAD TYPE FORMAT DISK_ID CACHE DISCARD';
const VOLATILE = 'DISK_ID SIZE TYPE FORMAT FS TARGET PERSISTENT DEV_PREFIX';
const NIC =
  'AR_ID BRIDGE BRIDGE_TYPE CLUSTER_ID NAME NETWORK_ID NIC_ID TARGET VLAN_ID VN_MAD MAC VLAN_TAGGED_ID PHYDEV ' +
  'NETWORK NETWORK_UNAME IP IP6 IP6_ULA IP6_GLOBAL MODEL SECURITY_GROUPS';
const PCI =
  'ADDRESS BUS DOMAIN FUNCTION NUMA_NODE PCI_ID SLOT VM_ADDRESS VM_BUS VM_DOMAIN VM_FUNCTION VM_SLOT VENDOR DEVICE CLASS';
/** What says where a chain stands, by OpenNebula's names. */
const CHAIN =
  'ACTIVE_FLATTEN BACKUP_JOB_ID INCREMENTAL_BACKUP_ID LAST_BACKUP_ID LAST_BACKUP_SIZE LAST_DATASTORE_ID LAST_INCREMENT_ID';

const vm: Attributes = [
  ['CPU', '1'],
  ['MEMORY', '2048'],
  ['DISK', full(DISK, { DISK_ID: '0', IMAGE_ID: '5', TYPE: 'FILE' })],
  ['DISK', full(VOLATILE, { DISK_ID: '1', TYPE: 'swap', SIZE: '512', FORMAT: 'raw', FS: '' })],
  ['DISK', full(VOLATILE, { DISK_ID: '2', TYPE: 'fs', SIZE: '1024', FORMAT: 'qcow2', FS: 'ext4' })],
  ['DISK', full(VOLATILE, { DISK_ID: '3', TYPE: 'fs', SIZE: '99', FS: 'ext4' })],
  ['DISK', full(DISK, { DISK_ID: '4', IMAGE_ID: '9', TYPE: 'CDROM' })],
  [
    'DISK',
    [
      ['DISK_ID', '5'],
      ['IMAGE', 'data'],
      ['IMAGE_UNAME', 'ann'],
      ['SIZE', '7'],
      ['IO', 'native'],
    ],
  ],
  ['NIC', full(NIC, { NIC_ID: '0', IP: '10.0.0.7', NETWORK: 'lan' })],
  ['NIC_ALIAS', full('NIC_ID PARENT MAC IP NETWORK', { NETWORK: 'lan' })],
  ['NIC', full('AR_ID BRIDGE')],
  [
    'GRAPHICS',
    [
      ['TYPE', 'VNC'],
      ['PORT', '5907'],
      ['LISTEN', '0.0.0.0'],
    ],
  ],
  [
    'CONTEXT',
    full(
      'DISK_ID ETH0_IP ETH0_MAC ETH12_ALIAS0_IP ETH0 ETH ETH_X PCI0_ADDRESS PCI1 PCI_ID TARGET METHOD ETHERNET PCIE ' +
        'MY_ETH0_IP NETWORK SSH_PUBLIC_KEY',
    ),
  ],
  ['NUMA_NODE', full('CPUS MEMORY_NODE_ID NODE_ID TOTAL_CPUS MEMORY')],
  ['PCI', full(PCI)],
  [
    'OS',
    [
      ['ARCH', 'x86_64'],
      ['UUID', 'a-b-c'],
      ['BOOT', ''],
    ],
  ],
  ['FEATURES', []],
  ['DESCRIPTION', ''],
  ['BACKUP_CONFIG', full(`MODE KEEP_LAST ${CHAIN}`, { MODE: 'FULL' })],
  ['AUTOMATIC_DS_REQUIREMENTS', 'x'],
  ['AUTOMATIC_NIC_REQUIREMENTS', 'x'],
  ['AUTOMATIC_REQUIREMENTS', 'x'],
  ['VMID', '7'],
  ['TEMPLATE_ID', '3'],
  ['TM_MAD_SYSTEM', 'x'],
  ['SECURITY_GROUP_RULE', [['SECURITY_GROUP_ID', '0']]],
  ['SECURITY_GROUP_RULE', [['SECURITY_GROUP_ID', '1']]],
  ['ERROR', 'x'],
  ['LABELS', 'kept, "as" it was'],
];
// Disks 0 and 3 are in the backup.
const imageIds = new Map([
  [0, 40],
  [3, 41],
]);

it('removes the whole table and keeps all else', () => {
  expect(stripTemplate(vm, { imageIds, noIp: false, noNic: false })).toEqual([
    ['CPU', '1'],
    ['MEMORY', '2048'],
    [
      'DISK',
      [
        ['IMAGE_ID', '40'],
        ['CACHE', 'x'],
        ['DISCARD', 'x'],
      ],
    ],
    [
      'DISK',
      [
        ['SIZE', '512'],
        ['TYPE', 'swap'],
        ['FORMAT', 'raw'],
      ],
    ],
    [
      'DISK',
      [
        ['SIZE', '1024'],
        ['TYPE', 'fs'],
        ['FORMAT', 'qcow2'],
        ['FS', 'ext4'],
      ],
    ],
    [
      'DISK',
      [
        ['IMAGE_ID', '41'],
        ['FS', 'ext4'],
      ],
    ],
    [
      'DISK',
      [
        ['IMAGE_ID', '9'],
        ['CACHE', 'x'],
        ['DISCARD', 'x'],
      ],
    ],
    [
      'DISK',
      [
        ['IMAGE', 'data'],
        ['IMAGE_UNAME', 'ann'],
        ['IO', 'native'],
      ],
    ],
    [
      'NIC',
      full('NETWORK NETWORK_UNAME IP IP6 IP6_ULA IP6_GLOBAL MODEL SECURITY_GROUPS', { IP: '10.0.0.7', NETWORK: 'lan' }),
    ],
    ['NIC_ALIAS', full('PARENT IP NETWORK', { NETWORK: 'lan' })],
    [
      'GRAPHICS',
      [
        ['TYPE', 'VNC'],
        ['LISTEN', '0.0.0.0'],
      ],
    ],
    ['CONTEXT', full('TARGET METHOD ETHERNET PCIE MY_ETH0_IP NETWORK SSH_PUBLIC_KEY')],
    ['NUMA_NODE', full('TOTAL_CPUS MEMORY')],
    ['PCI', full('VENDOR DEVICE CLASS')],
    ['OS', [['ARCH', 'x86_64']]],
    ['BACKUP_CONFIG', full('MODE KEEP_LAST', { MODE: 'FULL' })],
    ['LABELS', 'kept, "as" it was'],
  ]);
});

it('drops addresses with no_ip and interfaces with no_nic', () => {
  const noIp = stripTemplate(vm, { imageIds, noIp: true, noNic: false });
  expect(noIp.filter(([name]) => name.startsWith('NIC'))).toEqual([
    ['NIC', full('NETWORK NETWORK_UNAME MODEL SECURITY_GROUPS', { NETWORK: 'lan' })],
    ['NIC_ALIAS', full('PARENT NETWORK', { NETWORK: 'lan' })],
  ]);
  const noNic = stripTemplate(vm, { imageIds, noIp: false, noNic: true });
  expect(noNic.filter(([name]) => name.startsWith('NIC'))).toEqual([]);
  expect(noNic.filter(([name]) => name === 'DISK')).toHaveLength(6);
});

it('drops the configuration of backups when that is asked for', () => {
  const names = (noBackupConfig: boolean): string[] =>
    stripTemplate(vm, { imageIds, noIp: false, noNic: false, noBackupConfig }).map(([name]) => name);
  expect(names(false)).toContain('BACKUP_CONFIG');
  expect(names(true)).toEqual(names(false).filter((name) => name !== 'BACKUP_CONFIG'));
});

// The manual's table once more, attribute by attribute, so that a list in strip.ts that loses one is found.
describe("the manual's table", () => {
  const MANUAL: Record<string, string> = {
    DISK:
      'ALLOW_ORPHANS CLONE CLONE_TARGET CLUSTER_ID DATASTORE DATASTORE_ID DEV_PREFIX DISK_SNAPSHOT_TOTAL_SIZE DISK_TYPE ' +
      'DRIVER IMAGE IMAGE_ID IMAGE_STATE IMAGE_UID IMAGE_UNAME LN_TARGET OPENNEBULA_MANAGED ORIGINAL_SIZE PERSISTENT ' +
      'READONLY SAVE SIZE SOURCE TARGET TM_MAD TYPE FORMAT',
    NIC: 'AR_ID BRIDGE BRIDGE_TYPE CLUSTER_ID NAME NETWORK_ID NIC_ID TARGET VLAN_ID VN_MAD MAC VLAN_TAGGED_ID PHYDEV',
    GRAPHICS: 'PORT',
    CONTEXT: 'DISK_ID ETH ETH0 ETH1 ETH12 PCI PCI0 PCI1 PCI12',
    NUMA_NODE: 'CPUS MEMORY_NODE_ID NODE_ID',
    PCI: 'ADDRESS BUS DOMAIN FUNCTION NUMA_NODE PCI_ID SLOT VM_ADDRESS VM_BUS VM_DOMAIN VM_FUNCTION VM_SLOT',
  };
  const WHOLE =
    'AUTOMATIC_DS_REQUIREMENTS AUTOMATIC_NIC_REQUIREMENTS AUTOMATIC_REQUIREMENTS VMID TEMPLATE_ID TM_MAD_SYSTEM ' +
    'SECURITY_GROUP_RULE ERROR';
  const strip = (template: Attributes): Attributes =>
    stripTemplate(template, { imageIds: new Map([[0, 40]]), noIp: false, noNic: false });

  it.each(Object.entries(MANUAL))('has nothing of %s come back', (name, fields) => {
    const before = full(`${fields} KEPT`).map(([key, value]): [string, string] => [
      key,
      key === 'DISK_ID' ? '0' : value,
    ]);
    if (name === 'DISK') before.push(['DISK_ID', '0']);
    const after = name === 'DISK' ? [['IMAGE_ID', '40'], ['KEPT', 'x']] : [['KEPT', 'x']]; // prettier-ignore
    expect(strip([[name, before]])).toEqual([[name, after]]);
  });

  it.each(WHOLE.split(' '))('has nothing of %s come back, whatever it holds', (name) => {
    expect(strip([[name, 'x'], [name, full('A B')], ['CPU', '1']])).toEqual([['CPU', '1']]); // prettier-ignore
  });
});

it('does not change what it was given', () => {
  const before = structuredClone(vm);
  stripTemplate(vm, { imageIds, noIp: true, noNic: true });
  expect(vm).toEqual(before);
});
