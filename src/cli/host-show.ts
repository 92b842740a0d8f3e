// The columns of `onehost list`, and `onehost show`.
import type { XmlElement } from '../wire/xml-read.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { hostState, shortHostState } from './names.ts';
import { labels, page, templateLines, title } from './show.ts';
import { number, size, time } from './units.ts';

const share = (host: XmlElement, name: string): number => number(host.textOf(`HOST_SHARE/${name}`));
const used = (host: XmlElement, name: string): number => number(host.textOf(`MONITORING/CAPACITY/${name}`));

export const hostListing: Listing = {
  noun: NOUN.host,
  shown: ['ID', 'NAME', 'CLUSTER', 'TVM', 'ALLOCATED_CPU', 'ALLOCATED_MEM', 'STAT'],
  filterFlag: false,
  columns: () => [
    { name: 'ID', width: 4, adjust: true, cell: (host) => host.textOf('ID') },
    { name: 'NAME', width: 15, left: true, expand: true, cell: (host) => host.textOf('NAME') },
    { name: 'CLUSTER', width: 10, left: true, cell: (host) => host.textOf('CLUSTER') },
    { name: 'TVM', width: 3, cell: (host) => host.textOf('HOST_SHARE/RUNNING_VMS') },
    {
      name: 'ALLOCATED_CPU',
      width: 18,
      cell: (host) => shareOf(share(host, 'CPU_USAGE'), share(host, 'MAX_CPU'), String),
    },
    {
      name: 'ALLOCATED_MEM',
      width: 18,
      cell: (host) => shareOf(share(host, 'MEM_USAGE'), share(host, 'MAX_MEM'), memory),
    },
    { name: 'REAL_CPU', width: 18, cell: (host) => shareOf(used(host, 'USED_CPU'), share(host, 'TOTAL_CPU'), String) },
    {
      name: 'REAL_MEM',
      width: 18,
      cell: (host) => shareOf(used(host, 'USED_MEMORY'), share(host, 'TOTAL_MEM'), memory),
    },
    { name: 'TCPU', width: 4, cell: (host) => String(share(host, 'MAX_CPU')) },
    { name: 'FCPU', width: 4, cell: (host) => String(used(host, 'FREE_CPU')) },
    { name: 'ACPU', width: 4, cell: (host) => String(share(host, 'MAX_CPU') - share(host, 'CPU_USAGE')) },
    { name: 'TMEM', width: 7, cell: (host) => memory(share(host, 'MAX_MEM')) },
    { name: 'FMEM', width: 7, cell: (host) => memory(used(host, 'FREE_MEMORY')) },
    { name: 'AMEM', width: 7, cell: (host) => memory(share(host, 'MAX_MEM') - share(host, 'MEM_USAGE')) },
    { name: 'STAT', width: 4, left: true, cell: (host) => shortHostState(host.textOf('STATE')) },
  ],
};

function memory(kilobytes: number): string {
  return size(kilobytes, 'K');
}

/** `used / max (p%)`, `-` as long as the maximum is not known. */
function shareOf(part: number, whole: number, shape: (value: number) => string): string {
  return whole === 0 ? '-' : `${shape(part)} / ${shape(whole)} (${Math.round((100 * part) / whole)}%)`;
}

const line = labels(22);
const SHOWN_ELSEWHERE = new Set(['VM', 'WILDS']);

/** Everything about a host; `vms` is the list of the VMs on it. */
export function hostText(host: XmlElement, vms: string): string {
  return page([
    title(`HOST ${host.textOf('ID')} INFORMATION`),
    line('ID', host.textOf('ID')),
    line('NAME', host.textOf('NAME')),
    line('CLUSTER', host.textOf('CLUSTER') || '-'),
    line('STATE', hostState(host.textOf('STATE'))),
    line('IM_MAD', host.textOf('IM_MAD')),
    line('VM_MAD', host.textOf('VM_MAD')),
    line('LAST MONITORING TIME', time(number(host.textOf('MONITORING/TIMESTAMP')))),
    '',
    ...shares(host),
    ...host.children('HOST_SHARE/DATASTORES/DS').flatMap(localDatastore),
    '',
    title('MONITORING INFORMATION'),
    ...templateLines(host.child('TEMPLATE'), SHOWN_ELSEWHERE),
    '',
    'WILD VIRTUAL MACHINES',
    '',
    `${'NAME'.padEnd(30)} ${'IMPORT_ID'.padStart(36)} ${'CPU'.padStart(4)} ${'MEMORY'.padStart(10)}`,
    '',
    'VIRTUAL MACHINES',
    '',
    vms.trimEnd(),
  ]);
}

function shares(host: XmlElement): string[] {
  return [
    title('HOST SHARES'),
    line('RUNNING VMS', host.textOf('HOST_SHARE/RUNNING_VMS')),
    title('MEMORY'),
    line('  TOTAL', memory(share(host, 'TOTAL_MEM'))),
    line('  TOTAL +/- RESERVED', memory(share(host, 'MAX_MEM'))),
    line('  USED (REAL)', memory(used(host, 'USED_MEMORY'))),
    line('  USED (ALLOCATED)', memory(share(host, 'MEM_USAGE'))),
    title('CPU'),
    line('  TOTAL', host.textOf('HOST_SHARE/TOTAL_CPU')),
    line('  TOTAL +/- RESERVED', host.textOf('HOST_SHARE/MAX_CPU')),
    line('  USED (REAL)', host.textOf('MONITORING/CAPACITY/USED_CPU')),
    line('  USED (ALLOCATED)', host.textOf('HOST_SHARE/CPU_USAGE')),
  ];
}

function localDatastore(datastore: XmlElement): string[] {
  const capacity = (name: string): string => size(number(datastore.textOf(name)), 'M');
  return [
    '',
    title(`LOCAL SYSTEM DATASTORE #${datastore.textOf('ID')} CAPACITY`),
    line('TOTAL:', capacity('TOTAL_MB')),
    line('USED: ', capacity('USED_MB')),
    line('FREE:', capacity('FREE_MB')),
  ];
}
