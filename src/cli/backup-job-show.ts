// The columns of `onebackupjob list`, and `onebackupjob show`.
import type { XmlElement } from '../wire/xml-read.ts';
import { groupColumn, idColumn, nameColumn, userColumn } from './columns.ts';
import type { Listing } from './list.ts';
import { NOUN } from './lookup.ts';
import { lockOf } from './names.ts';
import { scheduledActions, shortDate } from './schedule-show.ts';
import { idsIn, labels, page, permissionLines, templateLines, title } from './show.ts';
import { minuteTime, number, period, time } from './units.ts';

export const backupJobListing: Listing = {
  noun: NOUN.backupJob,
  shown: ['ID', 'USER', 'GROUP', 'PRIO', 'NAME', 'LAST', 'VMS'],
  filterFlag: true,
  columns: () => [
    idColumn,
    userColumn,
    groupColumn,
    {
      name: 'PRIO',
      description: 'its priority, 0 to 99; higher goes first',
      width: 4,
      left: true,
      cell: (job) => job.textOf('PRIORITY'),
    },
    nameColumn(15),
    { name: 'LAST', description: 'when it was last started', width: 15, left: true, cell: lastCell },
    { name: 'VMS', description: 'the VMs that it backs up', width: 15, left: true, cell: vmsCell },
  ],
};

/** `12/24/22 22:30` */
function lastCell(job: XmlElement): string {
  const last = number(job.textOf('LAST_BACKUP_TIME'));
  return last === 0 ? '-' : `${shortDate(last)} ${minuteTime(last).slice(6)}`;
}

const MOST_LETTERS = 15;
const DOTS = '...';

function vmsCell(job: XmlElement): string {
  const vms = job.textOf('TEMPLATE/BACKUP_VMS');
  if (vms.length <= MOST_LETTERS) return vms || '-';
  return vms.slice(0, MOST_LETTERS - DOTS.length) + DOTS;
}

const line = labels(15);
const SHOWN_ELSEWHERE = new Set(['SCHED_ACTION']);

export function backupJobText(job: XmlElement, nowSec: number): string {
  const actions = scheduledActions(job, nowSec);
  const vms = (state: string): string => idsIn(job, `${state}_VMS`).join(',');
  return page([
    title(`BACKUP JOB ${job.textOf('ID')} INFORMATION`),
    line('ID', job.textOf('ID')),
    line('NAME', job.textOf('NAME')),
    line('USER', job.textOf('UNAME')),
    line('GROUP', job.textOf('GNAME')),
    line('LOCK', lockOf(job)),
    ...permissionLines(job, line),
    '',
    title('LAST BACKUP JOB EXECUTION INFORMATION'),
    line('TIME', time(number(job.textOf('LAST_BACKUP_TIME')))),
    line('DURATION', duration(number(job.textOf('LAST_BACKUP_DURATION')))),
    '',
    title('VIRTUAL MACHINE BACKUP STATUS'),
    line('UPDATED', vms('UPDATED')),
    line('OUTDATED', vms('OUTDATED')),
    line('ONGOING', vms('BACKING_UP')),
    line('ERROR', vms('ERROR')),
    ...(actions.length === 0 ? [] : ['', ...actions]),
    '',
    title('TEMPLATE CONTENTS'),
    ...templateLines(job.child('TEMPLATE'), SHOWN_ELSEWHERE),
  ]);
}

/** `  0d 01h02m03s`, `-` before it has ever run. */
function duration(seconds: number): string {
  return seconds === 0 ? '-' : `${period(seconds)}${String(Math.trunc(seconds) % 60).padStart(2, '0')}s`;
}
