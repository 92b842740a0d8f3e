// What can be done with backup jobs.
import { call } from '../../api/call.ts';
import type { BackupJobEntry } from '../../api/documents.ts';
import type { Action } from '../../parts/actions.ts';
import { texts } from '../../texts/index.ts';
import { jobState } from './state.ts';

const { actions } = texts.jobs;
const isActive = (job: BackupJobEntry): boolean => ['running', 'waiting'].includes(jobState(job).state);

export const JOB_ACTIONS: ReadonlyArray<Action<BackupJobEntry>> = [
  {
    id: 'backup',
    label: actions.backup,
    method: 'one.backupjob.backup',
    needs: 'USE',
    refused: (job) => (isActive(job) ? actions.isRunning : undefined),
    run: ({ ID }) => call('one.backupjob.backup', { id: ID }),
  },
  {
    id: 'cancel',
    label: actions.cancel,
    method: 'one.backupjob.cancel',
    needs: 'MANAGE',
    refused: (job) => (isActive(job) ? undefined : actions.isIdle),
    run: ({ ID }) => call('one.backupjob.cancel', { id: ID }),
  },
];
