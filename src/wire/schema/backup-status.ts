// BACKUP_STATUS, which is OneVault's own.
import { run } from './run.ts';
import type { Schema } from './schema.ts';

export const backupStatus: Schema = {
  root: 'BACKUP_STATUS',
  content: {
    TIME: 'epoch',
    RUNNING: { 'RUN*': run },
    WAITING: {
      'RUN*': run,
      'BACKUP*': {
        VM_ID: 'count',
        VM_NAME: 'text',
        JOB_ID: 'count or -1',
        ACTION_ID: 'count or -1',
        SINCE: 'epoch',
        WAITS: 'filled',
      },
    },
    FAILED: { 'RUN*': run },
    OVERDUE: { 'VM*': { ID: 'count', NAME: 'filled', LAST_BACKUP: 'epoch', MAX_AGE: 'count' } },
    UNPROTECTED: { 'VM*': { ID: 'count', NAME: 'filled' } },
    PROVEN: {
      'VM*': {
        ID: 'count',
        NAME: 'filled',
        IMAGE_ID: 'count',
        INCREMENT_ID: 'count',
        DATE: 'epoch',
        PROVEN: 'epoch',
        PROVEN_TIME: 'count',
        PROVEN_BY: 'text',
      },
    },
  },
};
