// `onevnet show`: section by section as OpenNebula prints a network, its ranges and who has which address.
import type { XmlElement } from '../wire/xml-read.ts';
import { lockOf } from './names.ts';
import { idsIn, labels, page, permissionLines, templateLines, title } from './show.ts';
import { table, type Column } from './table.ts';

const line = labels(25);
const rangeLine = labels(15);

export function vnetText(vnet: XmlElement): string {
  return page([
    ...information(vnet),
    '',
    ...permissionLines(vnet, line),
    '',
    title('VIRTUAL NETWORK TEMPLATE'),
    ...templateLines(vnet.child('TEMPLATE')),
    '',
    title('ADDRESS RANGE POOL'),
    ...vnet.children('AR_POOL/AR').flatMap(rangeLines),
    '',
    title('LEASES'),
    table(leaseColumns, leases(vnet)).trimEnd(),
    '',
    'VIRTUAL ROUTERS'.padEnd(15),
    ...idsIn(vnet, 'VROUTERS').map((id) => id.padEnd(15)),
    '',
    title('VIRTUAL MACHINES'),
    ...['UPDATED', 'OUTDATED', 'ERROR'].map((state) => line(state, idsIn(vnet, `${state}_VMS`).join(','))),
  ]);
}

function information(vnet: XmlElement): string[] {
  const given = (label: string, name: string): string[] =>
    vnet.textOf(name) === '' ? [] : [line(label, vnet.textOf(name))];
  const automatic = (name: string): string => (vnet.textOf(name) === '1' ? 'YES' : 'NO');
  return [
    title(`VIRTUAL NETWORK ${vnet.textOf('ID')} INFORMATION`),
    line('ID', vnet.textOf('ID')),
    line('NAME', vnet.textOf('NAME')),
    line('USER', vnet.textOf('UNAME')),
    line('GROUP', vnet.textOf('GNAME')),
    line('LOCK', lockOf(vnet)),
    line('CLUSTERS', idsIn(vnet, 'CLUSTERS').join(',') || '-'),
    line('BRIDGE', vnet.textOf('BRIDGE')),
    line('STATE', vnetState(vnet.textOf('STATE'))),
    ...given('VN_MAD', 'VN_MAD'),
    ...given('PHYSICAL DEVICE', 'PHYDEV'),
    ...given('VLAN ID', 'VLAN_ID'),
    line('AUTOMATIC VLAN ID', automatic('VLAN_ID_AUTOMATIC')),
    ...given('OUTER VLAN ID', 'OUTER_VLAN_ID'),
    line('AUTOMATIC OUTER VLAN ID', automatic('OUTER_VLAN_ID_AUTOMATIC')),
    line('USED LEASES', vnet.textOf('USED_LEASES')),
  ];
}

const STATES: ReadonlyArray<readonly [long: string, short: string]> = [
  ['INIT', 'init'],
  ['READY', 'rdy'],
  ['LOCK_CREATE', 'lock'],
  ['LOCK_DELETE', 'lock'],
  ['DONE', 'done'],
  ['ERROR', 'err'],
  ['UPDATE_FAILURE', 'fail'],
];

/** A network's state in words; its number when there is no word for it. */
export const vnetState = (number: string): string => STATES[Number(number)]?.[0] ?? number;
export const shortVnetState = (number: string): string => STATES[Number(number)]?.[1] ?? number;

// In the order of the lines.
const ADDRESSES = ['MAC', 'IP', 'IP6_GLOBAL', 'IP6_ULA', 'IP6'] as const;

function rangeLines(range: XmlElement): string[] {
  const row = (first: string, second: string, third: string): string =>
    `${first.padEnd(10)} ${second.padStart(34)} ${third.padStart(34)}`;
  return [
    title(`AR ${range.textOf('AR_ID')}`),
    rangeLine('SIZE', range.textOf('SIZE')),
    rangeLine('LEASES', range.textOf('USED_LEASES')),
    ...['VN_MAD', 'IPAM_MAD'].flatMap((name) => (range.child(name) ? [rangeLine(name, range.textOf(name))] : [])),
    '',
    row('RANGE', 'FIRST', 'LAST'),
    ...ADDRESSES.filter((name) => range.child(name)).map((name) =>
      row(name, range.textOf(name), range.textOf(`${name}_END`)),
    ),
    '',
  ];
}

interface Lease {
  range: string;
  lease: XmlElement;
}

function leases(vnet: XmlElement): Lease[] {
  return vnet
    .children('AR_POOL/AR')
    .flatMap((range) => range.children('LEASES/LEASE').map((lease) => ({ range: range.textOf('AR_ID'), lease })));
}

const leaseColumns: Array<Column<Lease>> = [
  { name: 'AR', width: 3, left: true, cell: ({ range }) => range },
  { name: 'OWNER', width: 10, left: true, cell: ({ lease }) => owner(lease) },
  { name: 'MAC', width: 5, adjust: true, cell: ({ lease }) => lease.textOf('MAC') },
  { name: 'IP', width: 5, adjust: true, cell: ({ lease }) => lease.textOf('IP') || '-' },
  {
    name: 'IP6',
    width: 5,
    adjust: true,
    cell: ({ lease }) => lease.textOf('IP6') || lease.textOf('IP6_GLOBAL') || '-',
  },
];

/** A VM (-1 for an address that is held back), a network that reserved the address, or a router. */
function owner(lease: XmlElement): string {
  for (const [letter, name] of [
    ['V', 'VM'],
    ['N', 'VNET'],
    ['R', 'VROUTER'],
  ] as const) {
    if (lease.child(name)) return `${letter}:${lease.textOf(name)}`;
  }
  return '';
}
