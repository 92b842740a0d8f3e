// The BACKUPJOB document and the entries of BACKUPJOB_POOL, which leave the job's scheduled actions out.
import type { Attributes } from '../../model/attributes.ts';
import type { BackupJob } from '../../model/backup-job.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, idList, leaf } from '../xml-write.ts';
import { headXml, lockXml, permissionsXml } from './owned.ts';

export const BACKUPJOB_POOL = 'BACKUPJOB_POOL';

const ACTION = 'SCHED_ACTION';

/** The actions stand at the end of TEMPLATE, each as it is given: their order is no alphabetical one. */
export function backupJobXml(job: BackupJob): string {
  return jobXml(job, [...settings(job), ...job.template.filter(([name]) => name === ACTION)]);
}

export function backupJobEntryXml(job: BackupJob): string {
  return jobXml(job, settings(job));
}

function settings(job: BackupJob): Attributes {
  return alphabetical(job.template.filter(([name]) => name !== ACTION));
}

function jobXml(job: BackupJob, template: Attributes): string {
  return branch(
    'BACKUPJOB',
    headXml(job),
    lockXml(job.lock),
    permissionsXml(job.permissions),
    leaf('PRIORITY', job.priority),
    leaf('LAST_BACKUP_TIME', job.lastBackupTime),
    leaf('LAST_BACKUP_DURATION', job.lastBackupDurationSec),
    idList('SCHED_ACTIONS', job.schedActionIds),
    idList('UPDATED_VMS', job.updatedVms),
    idList('OUTDATED_VMS', job.outdatedVms),
    idList('BACKING_UP_VMS', job.backingUpVms),
    idList('ERROR_VMS', job.errorVms),
    templateXml(template),
  );
}
