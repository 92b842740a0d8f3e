// The parts of `onevm show` that list NICs, their aliases and forwarded ports, and the rules of security groups.
import type { XmlElement } from '../wire/xml-read.ts';
import { title } from './show.ts';
import { table, type Column } from './table.ts';

const nicColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (nic) => nic.textOf('NIC_ID') },
  { name: 'NETWORK', width: 20, left: true, cell: (nic) => nic.textOf('NETWORK') || '-' },
  { name: 'BRIDGE', width: 12, left: true, cell: (nic) => nic.textOf('BRIDGE') },
  { name: 'IP', width: 15, left: true, adjust: true, cell: (nic) => nic.textOf('IP') || '-' },
  { name: 'MAC', width: 17, left: true, cell: (nic) => nic.textOf('MAC') },
  { name: 'PCI_ID', width: 8, left: true, cell: (nic) => nic.textOf('PCI_ID') },
];

const aliasColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (alias) => alias.textOf('NIC_ID') },
  { name: 'PARENT', width: 6, cell: (alias) => alias.textOf('PARENT_ID') || '-' },
  ...nicColumns.slice(1, 5),
];

const portColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (nic) => nic.textOf('NIC_ID') },
  { name: 'EXTERNAL', width: 15, left: true, cell: (nic) => nic.textOf('EXTERNAL_PORT_RANGE') },
  { name: 'INTERNAL', width: 15, left: true, cell: (nic) => nic.textOf('INTERNAL_PORT_RANGE') || '-' },
];

/** VM NICS, VM ALIAS and PORT FORWARD, those that there are. */
export function nicSections(vm: XmlElement): string[][] {
  const nics = vm.children('TEMPLATE/NIC');
  const aliases = vm.children('TEMPLATE/NIC_ALIAS');
  const forwarded = nics.filter((nic) => nic.textOf('EXTERNAL_PORT_RANGE') !== '');
  return [
    section('VM NICS', nicColumns, nics),
    section('VM ALIAS', aliasColumns, aliases),
    section('PORT FORWARD', portColumns, forwarded),
  ];
}

function section(name: string, columns: ReadonlyArray<Column<XmlElement>>, rows: readonly XmlElement[]): string[] {
  return rows.length === 0 ? [] : [title(name), table(columns, rows).trimEnd()];
}

const groupColumns: Array<Column<XmlElement>> = [
  { name: 'NIC_ID', width: 6, cell: (nic) => nic.textOf('NIC_ID') },
  { name: 'NETWORK', width: 25, left: true, cell: (nic) => nic.textOf('NETWORK') || '-' },
  { name: 'SECURITY_GROUPS', width: 47, left: true, cell: (nic) => nic.textOf('SECURITY_GROUPS') },
];

const ruleColumns: Array<Column<XmlElement>> = [
  {
    name: 'SECURITY GROUP',
    width: 25,
    left: true,
    cell: (rule) => `${rule.textOf('SECURITY_GROUP_ID')} ${rule.textOf('SECURITY_GROUP_NAME')}`.trim(),
  },
  { name: 'TYPE', width: 8, left: true, cell: (rule) => rule.textOf('RULE_TYPE') },
  { name: 'PROTOCOL', width: 8, left: true, cell: (rule) => rule.textOf('PROTOCOL') },
  { name: 'NETWORK', width: 20, left: true, cell: networkCell },
  { name: 'RANGE', width: 15, left: true, cell: (rule) => rule.textOf('RANGE') || '-' },
];

/** First address and size of the network that a rule is for; Any without one. */
function networkCell(rule: XmlElement): string {
  const address = rule.textOf('IP');
  return address === '' ? 'Any' : `${address} +${rule.textOf('SIZE') || '1'}`;
}

/** SECURITY, when there are rules: the groups of each NIC, then the rules. */
export function securitySection(vm: XmlElement): string[] {
  const rules = vm.children('TEMPLATE/SECURITY_GROUP_RULE');
  if (rules.length === 0) return [];
  const nics = [...vm.children('TEMPLATE/NIC'), ...vm.children('TEMPLATE/NIC_ALIAS')];
  return [title('SECURITY'), '', table(groupColumns, nics).trimEnd(), '', table(ruleColumns, rules).trimEnd()];
}
