// The columns of `onevm list`.
import type { XmlElement } from '../wire/xml-read.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { shortVmState, vmState } from './names.ts';
import type { Column } from './table.ts';
import { number, period, size } from './units.ts';

export const vmListing: Listing = {
  noun: NOUN.vm,
  shown: ['ID', 'USER', 'GROUP', 'NAME', 'STAT', 'CPU', 'MEM', 'HOST', 'TIME'],
  filterFlag: true,
  columns: vmColumns,
};

export function vmColumns(nowSec: number): Array<Column<XmlElement>> {
  return [
    { name: 'ID', width: 4, adjust: true, cell: (vm) => vm.textOf('ID') },
    { name: 'USER', width: 8, left: true, cell: (vm) => vm.textOf('UNAME') },
    { name: 'GROUP', width: 8, left: true, cell: (vm) => vm.textOf('GNAME') },
    { name: 'NAME', width: 15, left: true, expand: true, cell: nameCell },
    { name: 'STAT', width: 4, cell: shortVmState },
    { name: 'CPU', width: 4, cell: (vm) => vm.textOf('TEMPLATE/CPU') },
    { name: 'MEM', width: 7, cell: (vm) => size(number(vm.textOf('TEMPLATE/MEMORY')), 'M') },
    { name: 'HOST', width: 10, left: true, expand: true, cell: hostCell },
    { name: 'CLUSTER', width: 10, left: true, cell: clusterCell },
    { name: 'TIME', width: 10, cell: (vm) => period(age(vm, nowSec)) },
    { name: 'IP', width: 15, left: true, adjust: true, cell: ipCell },
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

function clusterCell(vm: XmlElement): string {
  const id = lastHistory(vm)?.textOf('CID');
  if (id === undefined) return 'NONE';
  return id === '-1' || id === '0' ? 'default' : id;
}

function age(vm: XmlElement, nowSec: number): number {
  return (number(vm.textOf('ETIME')) || nowSec) - number(vm.textOf('STIME'));
}

function ipCell(vm: XmlElement): string {
  return (
    vm
      .children('TEMPLATE/NIC/IP')
      .map((ip) => ip.text)
      .join(',') || '--'
  );
}
