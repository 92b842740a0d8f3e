// RETENTION, which is OneVault's own.
import type { Schema } from './schema.ts';

export const retention: Schema = {
  root: 'RETENTION',
  content: {
    KEEP_LAST: 'count',
    KEEP_DAILY: 'count',
    KEEP_WEEKLY: 'count',
    KEEP_MONTHLY: 'count',
    KEEP_YEARLY: 'count',
    'POINT*': { ID: 'count', DATE: 'epoch', KEPT: 'flag', 'RULE*': 'filled', GOES: 'epoch', REASON: 'filled' },
  },
};
