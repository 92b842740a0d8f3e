// BACKUP_STATUS: what goes on, what waits, what failed, and which VMs lack backups. OpenNebula has no such document.
import type { BackupStatus, OverdueVm, ProvenVm, WaitingBackup } from '../../model/backup-status.ts';
import type { Operation } from '../../model/operation.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';
import { runXml } from './run.ts';

/** `pointOf` tells the point that a verification is of. */
export function backupStatusXml(status: BackupStatus, pointOf: (run: Operation) => number | undefined): string {
  const nameOf = (vmId: number): string => status.names.get(vmId) ?? '';
  const runs = (of: readonly Operation[]): string[] =>
    of.map((run) => runXml(run, { vmName: nameOf(run.vmId), pointId: pointOf(run) }));
  return branch(
    'BACKUP_STATUS',
    leaf('TIME', status.atSec),
    branch('RUNNING', ...runs(status.running)),
    branch(
      'WAITING',
      ...runs(status.waiting),
      ...status.waitingBackups.map((waiting) => waitingXml(waiting, nameOf(waiting.vmId))),
    ),
    branch('FAILED', ...runs(status.failed)),
    branch('OVERDUE', ...status.overdue.map(overdueXml)),
    branch(
      'UNPROTECTED',
      ...status.unprotected.map(({ vmId, name }) => branch('VM', leaf('ID', vmId), cdataLeaf('NAME', name))),
    ),
    branch('PROVEN', ...status.proven.map(provenXml)),
  );
}

function waitingXml({ vmId, jobId = -1, actionId = -1, sinceSec, reason }: WaitingBackup, name: string): string {
  return branch(
    'BACKUP',
    leaf('VM_ID', vmId),
    cdataLeaf('VM_NAME', name),
    leaf('JOB_ID', jobId),
    leaf('ACTION_ID', actionId),
    leaf('SINCE', sinceSec),
    cdataLeaf('WAITS', reason),
  );
}

function provenXml({ vmId, name, imageId, pointId, pointDate, date, tookMs, by }: ProvenVm): string {
  return branch(
    'VM',
    leaf('ID', vmId),
    cdataLeaf('NAME', name),
    leaf('IMAGE_ID', imageId),
    leaf('INCREMENT_ID', pointId),
    leaf('DATE', pointDate),
    leaf('PROVEN', date),
    leaf('PROVEN_TIME', tookMs),
    cdataLeaf('PROVEN_BY', by),
  );
}

function overdueXml({ vmId, name, pointSec, limitSec }: OverdueVm): string {
  return branch(
    'VM',
    leaf('ID', vmId),
    cdataLeaf('NAME', name),
    leaf('LAST_BACKUP', pointSec),
    leaf('MAX_AGE', limitSec),
  );
}
