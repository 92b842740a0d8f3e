// `onehost show`: section by section as OpenNebula prints a host.
import { text } from '../model/attributes.ts';
import { parseTemplate } from '../wire/template-text.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { share, used, wilds } from './host-list.ts';
import { hostState } from './names.ts';
import { labels, page, templateLines, title } from './show.ts';
import { table, type Column } from './table.ts';
import { number, size, time } from './units.ts';

function memory(kilobytes: number): string {
  return size(kilobytes, 'K');
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
    title('WILD VIRTUAL MACHINES'),
    '',
    table(wildColumns, wilds(host).map(wildOf)).trimEnd(),
    '',
    title('VIRTUAL MACHINES'),
    '',
    vms.trimEnd(),
  ]);
}

interface Wild {
  name: string;
  importId: string;
  cpu: string;
  memory: string;
}

const wildColumns: Array<Column<Wild>> = [
  { name: 'NAME', width: 30, left: true, cell: (wild) => wild.name },
  { name: 'IMPORT-ID', width: 36, cell: (wild) => wild.importId },
  { name: 'CPU', width: 4, cell: (wild) => wild.cpu },
  { name: 'MEMORY', width: 10, cell: (wild) => wild.memory },
];

function wildOf(machine: XmlElement): Wild {
  const template = parseTemplate(importTemplate(machine));
  return {
    name: machine.textOf('VM_NAME'),
    importId: machine.textOf('DEPLOY_ID'),
    cpu: text(template, 'CPU') ?? '-',
    memory: text(template, 'MEMORY') ?? '-',
  };
}

/** The template with which a machine is imported. */
export function importTemplate(machine: XmlElement): string {
  return Buffer.from(machine.textOf('IMPORT_TEMPLATE'), 'base64').toString('utf8');
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
