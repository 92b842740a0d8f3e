// The columns of `onehost list`.
import type { XmlElement } from '../wire/xml-read.ts';
import { idColumn, nameColumn, sizeText } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { shortHostState } from './names.ts';
import type { CellShape, Column } from './table.ts';
import { number } from './units.ts';

export const hostListing: Listing = {
  noun: NOUN.host,
  shown: ['ID', 'NAME', 'CLUSTER', 'TVM', 'ALLOCATED_CPU', 'ALLOCATED_MEM', 'STAT'],
  filterFlag: false,
  columns: () => [idColumn, nameColumn(15), ...about, ...shares, ...capacities, stateColumn],
};

/** A number of HOST_SHARE. */
export const share = (host: XmlElement, name: string): number => number(host.textOf(`HOST_SHARE/${name}`));
/** A number that monitoring last saw. */
export const used = (host: XmlElement, name: string): number => number(host.textOf(`MONITORING/CAPACITY/${name}`));

const about: Array<Column<XmlElement>> = [
  {
    name: 'CLUSTER',
    description: 'cluster it belongs to',
    width: 10,
    left: true,
    cell: (host) => host.textOf('CLUSTER'),
  },
  { name: 'TVM', description: 'VMs on it', width: 3, cell: (host) => host.textOf('HOST_SHARE/RUNNING_VMS') },
  {
    name: 'ZVM',
    description: 'machines on it that are not managed',
    width: 3,
    cell: (host) => String(wilds(host).length),
  },
];

/** Machines on a host that nobody manages yet: those it says how to import. */
export function wilds(host: XmlElement): XmlElement[] {
  return host.children('TEMPLATE/VM').filter((machine) => machine.textOf('IMPORT_TEMPLATE') !== '');
}

const shares: Array<Column<XmlElement>> = [
  {
    name: 'ALLOCATED_CPU',
    description: 'CPU given to VMs',
    width: 18,
    cell: (host) => shareOf(share(host, 'CPU_USAGE'), share(host, 'MAX_CPU'), String),
  },
  {
    name: 'ALLOCATED_MEM',
    description: 'memory given to VMs',
    width: 18,
    cell: (host, shape) => shareOf(share(host, 'MEM_USAGE'), share(host, 'MAX_MEM'), memory(shape)),
  },
  {
    name: 'REAL_CPU',
    description: 'CPU in use',
    width: 18,
    cell: (host) => shareOf(used(host, 'USED_CPU'), share(host, 'TOTAL_CPU'), String),
  },
  {
    name: 'REAL_MEM',
    description: 'memory in use',
    width: 18,
    cell: (host, shape) => shareOf(used(host, 'USED_MEMORY'), share(host, 'TOTAL_MEM'), memory(shape)),
  },
];

const capacities: Array<Column<XmlElement>> = [
  { name: 'TCPU', description: 'CPU in all', width: 4, cell: (host) => String(share(host, 'MAX_CPU')) },
  { name: 'FCPU', description: 'CPU not in use', width: 4, cell: (host) => String(used(host, 'FREE_CPU')) },
  {
    name: 'ACPU',
    description: 'CPU not given to VMs',
    width: 4,
    cell: (host) => String(share(host, 'MAX_CPU') - share(host, 'CPU_USAGE')),
  },
  {
    name: 'TMEM',
    description: 'memory in all',
    width: 7,
    cell: (host, shape) => sizeText(share(host, 'MAX_MEM'), 'K', shape),
  },
  {
    name: 'FMEM',
    description: 'memory not in use',
    width: 7,
    cell: (host, shape) => sizeText(used(host, 'FREE_MEMORY'), 'K', shape),
  },
  {
    name: 'AMEM',
    description: 'memory not given to VMs',
    width: 7,
    cell: (host, shape) => sizeText(share(host, 'MAX_MEM') - share(host, 'MEM_USAGE'), 'K', shape),
  },
];

const stateColumn: Column<XmlElement> = {
  name: 'STAT',
  description: 'its state',
  width: 4,
  left: true,
  cell: (host) => shortHostState(host.textOf('STATE')),
};

function memory(shape: CellShape): (kilobytes: number) => string {
  return (kilobytes) => sizeText(kilobytes, 'K', shape);
}

/** `used / max (p%)`, `-` as long as the maximum is not known. */
function shareOf(part: number, whole: number, shape: (value: number) => string): string {
  return whole === 0 ? '-' : `${shape(part)} / ${shape(whole)} (${Math.round((100 * part) / whole)}%)`;
}
