// CALENDAR: what ran and what is going to, one by one and counted by day. OpenNebula has no such document.
import type { Calendar, ComingRun } from '../../model/calendar.ts';
import type { Operation } from '../../model/operation.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export function calendarXml(calendar: Calendar, names: ReadonlyMap<number, string>): string {
  return branch(
    'CALENDAR',
    leaf('FROM', calendar.fromSec),
    leaf('TO', calendar.untilSec),
    leaf('MORE', calendar.more),
    ...calendar.days.map(({ atSec, sums, coming }) =>
      branch(
        'DAY',
        leaf('TIME', atSec),
        leaf('DONE', sums.done),
        leaf('FAILED', sums.failed),
        leaf('CANCELLED', sums.cancelled),
        leaf('RUNNING', sums.running),
        leaf('NEXT', coming),
      ),
    ),
    ...calendar.runs.map((run) => runXml(run, names.get(run.vmId) ?? '')),
    ...calendar.coming.map(comingXml),
  );
}

function runXml({ id, vmId, kind, result, startedAt, endedAt, asked, datastoreId }: Operation, vmName: string): string {
  return branch(
    'RUN',
    leaf('ID', id),
    leaf('VM_ID', vmId),
    cdataLeaf('VM_NAME', vmName),
    leaf('KIND', kind),
    leaf('RESULT', result),
    leaf('START', Math.floor(startedAt / 1000)),
    leaf('END', Math.floor(endedAt / 1000)),
    leaf('JOB_ID', asked?.by === 'job' ? asked.jobId : -1),
    leaf('DATASTORE_ID', datastoreId),
  );
}

function comingXml({ atSec, parent, name, actionId, action }: ComingRun): string {
  return branch(
    'NEXT',
    leaf('TIME', atSec),
    leaf('TYPE', parent.type),
    leaf('ID', parent.id),
    cdataLeaf('NAME', name),
    leaf('ACTION_ID', actionId),
    leaf('ACTION', action),
  );
}
