// The BACKUPJOB document and the entries of BACKUPJOB_POOL, which leave the job's scheduled actions out.
import type { BackupJob } from '../../model/backup-job.ts';
import type { ScheduledAction } from '../../model/scheduled-action.ts';
import type { Attributes } from '../../model/attributes.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, idList, leaf } from '../xml-write.ts';
import { headXml, lockXml, permissionsXml } from './owned.ts';
import { schedActionAttribute } from './scheduled-action.ts';

export const BACKUPJOB_POOL = 'BACKUPJOB_POOL';

export function backupJobXml(job: BackupJob, actions: readonly ScheduledAction[]): string {
  const ids = actions.map(({ id }) => id);
  return jobXml(job, ids, [...alphabetical(job.template), ...actions.map(schedActionAttribute)]);
}

/** `actionIds` are those of its scheduled actions. */
export function backupJobEntryXml(job: BackupJob, actionIds: readonly number[]): string {
  return jobXml(job, actionIds, alphabetical(job.template));
}

function jobXml(job: BackupJob, actionIds: readonly number[], template: Attributes): string {
  return branch(
    'BACKUPJOB',
    headXml(job),
    lockXml(job.lock),
    permissionsXml(job.permissions),
    leaf('PRIORITY', job.priority),
    leaf('LAST_BACKUP_TIME', job.lastBackupTime),
    leaf('LAST_BACKUP_DURATION', job.lastBackupDurationSec),
    idList('SCHED_ACTIONS', actionIds),
    idList('UPDATED_VMS', job.updatedVms),
    idList('OUTDATED_VMS', job.outdatedVms),
    idList('BACKING_UP_VMS', job.backingUpVms),
    idList('ERROR_VMS', job.errorVms),
    templateXml(template),
  );
}
