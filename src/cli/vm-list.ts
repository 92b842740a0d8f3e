// The columns of `onevm list`.
import type { XmlElement } from '../wire/xml-read.ts';
import { groupColumn, idColumn, nameColumn, sizeCell, userColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { shortVmState, vmState } from './names.ts';
import type { Column } from './table.ts';
import { number, period } from './units.ts';

export const vmListing: Listing = {
  noun: NOUN.vm,
  shown: ['ID', 'USER', 'GROUP', 'NAME', 'STAT', 'CPU', 'MEM', 'HOST', 'TIME'],
  sets: { user: ['ID', 'NAME', 'IP', 'STAT', 'CPU', 'MEM', 'HOST', 'TIME'] },
  filterFlag: true,
  columns: vmColumns,
  clusters: true,
  extendedPool: 'vmpool.infoextended',
};

export function vmColumns(
  nowSec: number,
  clusters: ReadonlyMap<string, string> = new Map(),
): Array<Column<XmlElement>> {
  return [
    idColumn,
    userColumn,
    groupColumn,
    nameColumn(15, nameCell),
    { name: 'STAT', description: 'its state', width: 4, cell: shortVmState },
    { name: 'CPU', description: 'share of CPU it was given', width: 4, cell: (vm) => vm.textOf('TEMPLATE/CPU') },
    { name: 'MEM', description: 'memory it was given', width: 7, cell: sizeCell('TEMPLATE/MEMORY', 'M') },
    { name: 'HOST', description: 'host it is on', width: 10, left: true, expand: true, cell: hostCell },
    {
      name: 'CLUSTER',
      description: 'cluster of that host',
      width: 10,
      left: true,
      cell: (vm) => clusterCell(vm, clusters),
    },
    { name: 'TIME', description: 'how long it has existed', width: 10, cell: (vm) => period(age(vm, nowSec)) },
    { name: 'IP', description: 'addresses of its NICs', width: 15, left: true, adjust: true, cell: ipCell },
  ];
}

function nameCell(vm: XmlElement): string {
  return (vm.textOf('RESCHED') === '1' ? '*' : '') + vm.textOf('NAME');
}

/** A VM has a host in sight while it is ACTIVE, SUSPENDED or POWEROFF. */
export function hasHost(vm: XmlElement): boolean {
  return ['ACTIVE', 'SUSPENDED', 'POWEROFF'].includes(vmState(vm.textOf('STATE')));
}

export function lastHistory(vm: XmlElement): XmlElement | undefined {
  return vm.children('HISTORY_RECORDS/HISTORY').at(-1);
}

function hostCell(vm: XmlElement): string {
  return hasHost(vm) ? (lastHistory(vm)?.textOf('HOSTNAME') ?? '') : '';
}

/** A cluster without a known name shows its id. */
function clusterCell(vm: XmlElement, clusters: ReadonlyMap<string, string>): string {
  const id = lastHistory(vm)?.textOf('CID');
  if (id === undefined) return 'NONE';
  return clusters.get(id) ?? (id === '-1' || id === '0' ? 'default' : id);
}

function age(vm: XmlElement, nowSec: number): number {
  return (number(vm.textOf('ETIME')) || nowSec) - number(vm.textOf('STIME'));
}

function ipCell(vm: XmlElement): string {
  const addresses = [...vm.children('TEMPLATE/NIC/IP'), ...vm.children('TEMPLATE/NIC_ALIAS/IP')];
  return addresses.map((ip) => ip.text).join(',') || '--';
}
