// What can be done with backup jobs.
import { call } from '../../api/call.ts';
import type { BackupJobEntry } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { texts } from '../../texts/index.ts';
import { jobState } from './state.ts';

/** Both the entries of the list and the job itself. */
export type JobLike = Pick<
  BackupJobEntry,
  'ID' | 'NAME' | 'PRIORITY' | 'LAST_BACKUP_TIME' | 'BACKING_UP_VMS' | 'ERROR_VMS' | 'OUTDATED_VMS'
>;
export type JobDialog = 'priority' | 'rename';

const { actions } = texts.jobs;
const isActive = (job: JobLike): boolean => ['running', 'waiting'].includes(jobState(job).state);

export function jobActions(
  open: (dialog: JobDialog, job: JobLike) => void,
  removed: () => void,
): ReadonlyArray<Action<JobLike>> {
  return [
    {
      ...{ id: 'backup', label: actions.backup, method: 'one.backupjob.backup', needs: 'MANAGE' },
      refused: (job) => (isActive(job) ? actions.isRunning : undefined),
      run: ({ ID }) => call('one.backupjob.backup', { id: ID }),
    },
    {
      ...{ id: 'cancel', label: actions.cancel, method: 'one.backupjob.cancel', needs: 'MANAGE' },
      refused: (job) => (isActive(job) ? undefined : actions.isIdle),
      run: ({ ID }) => call('one.backupjob.cancel', { id: ID }),
    },
    {
      ...{ id: 'retry', label: actions.retry, method: 'one.backupjob.retry', needs: 'MANAGE' },
      // what was cancelled is in no list of the document: the daemon knows
      refused: (job) => (job.LAST_BACKUP_TIME === 0 ? actions.noneFailed : undefined),
      run: ({ ID }) => call('one.backupjob.retry', { id: ID }),
    },
    {
      ...{ id: 'priority', label: actions.priority, method: 'one.backupjob.priority', needs: 'MANAGE', single: true },
      run: (job) => open('priority', job),
    },
    {
      ...{ id: 'rename', label: actions.rename, method: 'one.backupjob.rename', needs: 'MANAGE', single: true },
      run: (job) => open('rename', job),
    },
    {
      ...{ id: 'delete', label: actions.remove, method: 'one.backupjob.delete', needs: 'MANAGE', dangerous: true },
      confirm: (jobs) => ({
        title: actions.removeTitle(jobs.length),
        text: actions.removeText,
        button: actions.remove,
      }),
      run: async ({ ID }) => {
        await call('one.backupjob.delete', { id: ID });
        removed();
      },
    },
  ];
}
