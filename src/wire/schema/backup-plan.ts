// BACKUP_PLAN, which is OneVault's own.
import type { Schema } from './schema.ts';

export const backupPlan: Schema = {
  root: 'BACKUP_PLAN',
  content: {
    TYPE: 'point type',
    REASON: 'filled',
    LIVE: 'flag',
    DATASTORE_ID: 'count',
    'DISK*': { DISK_ID: 'count', TARGET: 'text', PATH: 'filled', SIZE: 'count', 'DIRTY_MB?': 'count' },
    'LEFT_OUT*': 'filled',
    'DROP*': { IMAGE_ID: 'count', POINTS: 'id list', REASON: 'filled' },
    'QUOTA*': { WHOSE: 'filled', METRIC: 'backup metric', USED: 'count', LIMIT: 'int', ADDS: 'count' },
  },
};
