// `onevm show`: section by section as OpenNebula prints a VM.
import type { XmlElement } from '../wire/xml-read.ts';
import { historyAction, lcmState, lockOf, vmState } from './names.ts';
import { idsIn, labels, page, permissionLines, templateLines, title } from './show.ts';
import { table, type Column } from './table.ts';
import { minuteTime, number, period, shortPeriod, size, time, yesNo } from './units.ts';
import { hasHost, lastHistory } from './vm-list.ts';

const line = labels(20);

/** Everything about a VM; `cluster` is the name of its host's cluster. */
export function vmText(vm: XmlElement, cluster: string, nowSec: number): string {
  const sections = [
    information(vm, cluster),
    [title('VIRTUAL MACHINE MONITORING'), ...monitoring(vm)],
    permissionLines(vm, line),
    listed('VM DISKS', diskColumns(vm), disks(vm)),
    listed('VM DISK SNAPSHOTS', diskSnapshotColumns, diskSnapshots(vm)),
    listed('VM NICS', nicColumns, vm.children('TEMPLATE/NIC')),
    listed('SNAPSHOTS', snapshotColumns, vm.children('TEMPLATE/SNAPSHOT')),
    listed('VIRTUAL MACHINE HISTORY', historyColumns(nowSec), vm.children('HISTORY_RECORDS/HISTORY')),
    withTitle('BACKUP CONFIGURATION', templateLines(vm.child('BACKUPS/BACKUP_CONFIG'))),
    backups(vm),
    withTitle('USER TEMPLATE', templateLines(vm.child('USER_TEMPLATE'))),
    [title('VIRTUAL MACHINE TEMPLATE'), ...templateLines(vm.child('TEMPLATE'), SHOWN_ELSEWHERE)],
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

/** DISKs and, as the original has it, CONTEXT as one more. */
function disks(vm: XmlElement): XmlElement[] {
  return [...vm.children('TEMPLATE/DISK'), ...vm.children('TEMPLATE/CONTEXT')];
}

function diskColumns(vm: XmlElement): Array<Column<XmlElement>> {
  const measured = new Map(vm.children('MONITORING/DISK_SIZE').map((disk) => [disk.textOf('ID'), disk.textOf('SIZE')]));
  const isContext = (disk: XmlElement): boolean => disk.name === 'CONTEXT';
  return [
    { name: 'ID', width: 3, cell: (disk) => disk.textOf('DISK_ID') },
    { name: 'DATASTORE', width: 10, left: true, cell: (disk) => disk.textOf('DATASTORE') || '-' },
    { name: 'TARGET', width: 6, left: true, cell: (disk) => disk.textOf('TARGET') || '-' },
    { name: 'IMAGE', width: 35, left: true, cell: (disk) => (isContext(disk) ? 'CONTEXT' : imageCell(disk)) },
    {
      name: 'SIZE',
      width: 9,
      left: true,
      cell: (disk) => `${sizeOrDash(measured.get(disk.textOf('DISK_ID')))}/${sizeOrDash(disk.textOf('SIZE'))}`,
    },
    { name: 'TYPE', width: 4, left: true, cell: (disk) => disk.textOf('TYPE').toLowerCase() || '-' },
    { name: 'SAVE', width: 4, cell: (disk) => (isContext(disk) ? '-' : disk.textOf('SAVE') || 'NO') },
  ];
}

function sizeOrDash(sizeMb: string | undefined): string {
  return sizeMb === undefined || sizeMb === '' ? '-' : size(number(sizeMb), 'M');
}

/** An image's name; a volatile disk has none and shows its format and size. */
function imageCell(disk: XmlElement): string {
  const image = disk.textOf('IMAGE');
  if (image !== '') return image;
  const shown = sizeOrDash(disk.textOf('SIZE'));
  return disk.textOf('TYPE').toUpperCase() === 'FS' ? `${disk.textOf('FORMAT')} - ${shown}` : shown;
}

const nicColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 3, cell: (nic) => nic.textOf('NIC_ID') },
  { name: 'NETWORK', width: 20, left: true, cell: (nic) => nic.textOf('NETWORK') || '-' },
  { name: 'BRIDGE', width: 12, left: true, cell: (nic) => nic.textOf('BRIDGE') },
  { name: 'IP', width: 15, left: true, adjust: true, cell: (nic) => nic.textOf('IP') || '-' },
  { name: 'MAC', width: 17, left: true, cell: (nic) => nic.textOf('MAC') },
  { name: 'PCI_ID', width: 8, left: true, cell: (nic) => nic.textOf('PCI_ID') },
];

const diskSnapshotColumns: Array<Column<XmlElement>> = [
  { name: 'AC', width: 2, left: true, cell: (snapshot) => (snapshot.textOf('ACTIVE') === 'YES' ? '=>' : '') },
  { name: 'ID', width: 3, cell: (snapshot) => snapshot.textOf('ID') },
  { name: 'DISK', width: 4, cell: (snapshot) => snapshot.textOf('DISK_ID') },
  { name: 'PARENT', width: 6, cell: (snapshot) => snapshot.textOf('PARENT') },
  { name: 'DATE', width: 15, cell: (snapshot) => time(number(snapshot.textOf('DATE'))) },
  { name: 'SIZE', width: 12, left: true, cell: (snapshot) => `-/${sizeOrDash(snapshot.textOf('SIZE'))}` },
  { name: 'NAME', width: 32, left: true, cell: (snapshot) => snapshot.textOf('NAME') },
];

/** Snapshots of all disks; each is told the disk it belongs to. */
function diskSnapshots(vm: XmlElement): XmlElement[] {
  return vm.children('SNAPSHOTS').flatMap((disk) => {
    const id = disk.child('DISK_ID');
    return disk.children('SNAPSHOT').map((snapshot) => {
      if (id && !snapshot.child('DISK_ID')) snapshot.elements.push(id);
      return snapshot;
    });
  });
}

const snapshotColumns: Array<Column<XmlElement>> = [
  { name: 'ID', width: 4, cell: (snapshot) => snapshot.textOf('SNAPSHOT_ID') },
  { name: 'TIME', width: 12, cell: (snapshot) => minuteTime(number(snapshot.textOf('TIME'))) },
  { name: 'NAME', width: 46, left: true, cell: (snapshot) => snapshot.textOf('NAME') },
  { name: 'HYPERVISOR_ID', width: 15, left: true, cell: (snapshot) => snapshot.textOf('HYPERVISOR_ID') },
];

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
