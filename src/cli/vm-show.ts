// `onevm show`: section by section as OpenNebula prints a VM.
import type { XmlElement } from '../wire/xml-read.ts';
import { historyAction, lcmState, lockOf, vmState } from './names.ts';
import { idsIn, labels, page, permissionLines, templateLines, title } from './show.ts';
import { scheduledActions } from './schedule-show.ts';
import { table, type Column } from './table.ts';
import { number, period, shortPeriod, size, time, yesNo } from './units.ts';
import { hasHost, lastHistory } from './vm-list.ts';
import { diskColumns, disks, diskSnapshotColumns, diskSnapshots, snapshotColumns } from './vm-show-disks.ts';
import { nicSections, securitySection } from './vm-show-nics.ts';

const line = labels(20);

/** Everything about a VM; `cluster` is the name of its host's cluster, `all` shows again in the template what has a section. */
export function vmText(vm: XmlElement, cluster: string, nowSec: number, all = false): string {
  const sections = [
    information(vm, cluster),
    [title('VIRTUAL MACHINE MONITORING'), ...monitoring(vm)],
    permissionLines(vm, line),
    listed('VM DISKS', diskColumns(vm), disks(vm)),
    listed('VM DISK SNAPSHOTS', diskSnapshotColumns, diskSnapshots(vm)),
    ...nicSections(vm),
    securitySection(vm),
    listed('SNAPSHOTS', snapshotColumns, vm.children('TEMPLATE/SNAPSHOT')),
    listed('VIRTUAL MACHINE HISTORY', historyColumns(nowSec), vm.children('HISTORY_RECORDS/HISTORY')),
    scheduledActions(vm, nowSec),
    withTitle('BACKUP CONFIGURATION', templateLines(vm.child('BACKUPS/BACKUP_CONFIG'))),
    backups(vm),
    withTitle('LAST BACKUP', lastBackup(vm)),
    withTitle('USER TEMPLATE', templateLines(vm.child('USER_TEMPLATE'))),
    listed('NUMA NODES', numaColumns, vm.children('TEMPLATE/NUMA_NODE')),
    withTitle('TOPOLOGY', topology(vm)),
    [title('VIRTUAL MACHINE TEMPLATE'), ...templateLines(vm.child('TEMPLATE'), all ? new Set() : SHOWN_ELSEWHERE)],
  ];
  return page(
    sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])),
  );
}

const SHOWN_ELSEWHERE = new Set(['DISK', 'NIC', 'NIC_ALIAS', 'SNAPSHOT', 'SCHED_ACTION', 'SECURITY_GROUP_RULE']);

function withTitle(name: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [title(name), ...lines];
}

function listed(name: string, columns: ReadonlyArray<Column<XmlElement>>, rows: readonly XmlElement[]): string[] {
  return rows.length === 0 ? [] : [title(name), table(columns, rows).trimEnd()];
}

function information(vm: XmlElement, cluster: string): string[] {
  const history = hasHost(vm) ? lastHistory(vm) : undefined;
  const host = history && [
    line('HOST', history.textOf('HOSTNAME')),
    line('CLUSTER ID', history.textOf('CID')),
    line('CLUSTER', cluster),
  ];
  const router = vm.textOf('TEMPLATE/VROUTER_ID');
  return [
    title(`VIRTUAL MACHINE ${vm.textOf('ID')} INFORMATION`),
    line('ID', vm.textOf('ID')),
    line('NAME', vm.textOf('NAME')),
    line('USER', vm.textOf('UNAME')),
    line('GROUP', vm.textOf('GNAME')),
    line('STATE', vmState(vm.textOf('STATE'))),
    line('LCM_STATE', lcmState(vm.textOf('LCM_STATE'))),
    line('LOCK', lockOf(vm)),
    line('RESCHED', yesNo(vm.textOf('RESCHED'))),
    ...(host ?? []),
    line('START TIME', time(number(vm.textOf('STIME')))),
    line('END TIME', time(number(vm.textOf('ETIME')))),
    line('DEPLOY ID', vm.textOf('DEPLOY_ID') || '-'),
    ...(router === '' ? [] : [line('VIRTUAL ROUTER ID', router)]),
  ];
}

const MEASURED: ReadonlyArray<readonly [name: string, shape: (text: string) => string]> = [
  ['CPU', (text) => text],
  ['MEMORY', (text) => size(number(text), 'K')],
  ['NETTX', (text) => size(Math.trunc(number(text) / 1024), 'K')],
  ['NETRX', (text) => size(Math.trunc(number(text) / 1024), 'K')],
];
const NOT_LISTED = new Set([...MEASURED.map(([name]) => name), 'STATE', 'DISK_SIZE', 'SNAPSHOT_SIZE']);

function monitoring(vm: XmlElement): string[] {
  const first = MEASURED.flatMap(([name, shape]) => {
    const element = vm.child(`MONITORING/${name}`);
    return element ? [line(name, shape(element.text))] : [];
  });
  const others = vm.child('MONITORING')?.elements.filter((element) => !NOT_LISTED.has(element.name)) ?? [];
  return [...first, ...others.map((element) => line(element.name, element.text))];
}

function historyColumns(nowSec: number): Array<Column<XmlElement>> {
  const none = (text: string): string => (text === '-1' ? '-' : text);
  const lasted = (record: XmlElement, from: string, to: string): number => {
    const start = number(record.textOf(from));
    return start === 0 ? 0 : (number(record.textOf(to)) || nowSec) - start;
  };
  return [
    { name: 'SEQ', width: 3, cell: (record) => record.textOf('SEQ') },
    { name: 'UID', width: 4, left: true, cell: (record) => none(record.textOf('UID')) },
    { name: 'REQ', width: 5, left: true, cell: (record) => none(record.textOf('REQUEST_ID')) },
    { name: 'HOST', width: 12, left: true, cell: (record) => record.textOf('HOSTNAME') },
    { name: 'ACTION', width: 10, left: true, cell: (record) => historyAction(record.textOf('ACTION')) },
    { name: 'DS', width: 4, cell: (record) => record.textOf('DS_ID') },
    { name: 'START', width: 15, cell: (record) => time(number(record.textOf('STIME'))) },
    { name: 'TIME', width: 11, cell: (record) => period(lasted(record, 'STIME', 'ETIME')) },
    { name: 'PROLOG', width: 10, cell: (record) => shortPeriod(lasted(record, 'PSTIME', 'PETIME')) },
  ];
}

function backups(vm: XmlElement): string[] {
  const ids = idsIn(vm, 'BACKUPS/BACKUP_IDS');
  return ids.length === 0 ? [] : [title('VM BACKUPS'), `IMAGE IDS: ${ids.join(',')}`];
}

/** How the newest backup was made: OneVault's own, so it stands after what OpenNebula prints. */
function lastBackup(vm: XmlElement): string[] {
  const last = vm.child('BACKUPS/LAST_BACKUP');
  if (last === undefined) return [];
  return [
    line('DATE', time(number(last.textOf('DATE')))),
    line('TYPE', last.textOf('TYPE')),
    line('REASON', last.textOf('REASON')),
    line('CONSISTENCY', last.textOf('CONSISTENCY')),
    line('IMAGE', last.textOf('IMAGE_ID')),
    line('INCREMENT', last.textOf('INCREMENT_ID')),
  ];
}

const numaColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (node) => node.textOf('NODE_ID') || '-' },
  { name: 'CPUS', width: 20, left: true, adjust: true, cell: (node) => node.textOf('CPUS') || '-' },
  { name: 'TOTAL_CPUS', width: 10, cell: (node) => node.textOf('TOTAL_CPUS') || '-' },
  { name: 'MEMORY', width: 10, cell: (node) => size(number(node.textOf('MEMORY')), 'K') },
];

function topology(vm: XmlElement): string[] {
  const elements = vm.children('TEMPLATE/TOPOLOGY').flatMap((vector) => vector.elements);
  return elements.map((element) => line(element.name, element.text));
}
