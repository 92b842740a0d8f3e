// A run that has ended, what is told of it, and a log that is kept: for the tests of those who tell others.
import { pino, type Logger } from 'pino';
import type { Selection } from '../../src/model/notice-settings.ts';
import type { Operation } from '../../src/model/operation.ts';
import { noticeOf, type Notice } from '../../src/notices/notice.ts';

/** What no notice may say. */
export const SECRET = 'hush-4711';

export function endedRun(change: Partial<Operation> = {}): Operation {
  return {
    ...{ id: '00112233aabbccdd', kind: 'backup', vmId: 3, hostId: 0, datastoreId: 100, imageIds: [] },
    plan: { store: { RESTIC_PASSWORD: SECRET } },
    ...{ phase: 'failed', result: 'failed', reason: 'the disk is full', type: 'FULL' },
    ...{ startedAt: 1_669_901_300_000, begunAt: 1_669_901_324_000, endedAt: 1_669_901_417_400 },
    ...{ disks: [], figures: null, cleaned: true },
    ...change,
  };
}

export function notice(change: Partial<Operation> = {}): Notice {
  return noticeOf(endedRun(change));
}

export const ALL: Selection = {
  name: 'all',
  on: ['failed', 'done', 'cancelled'],
  kinds: ['backup', 'restore', 'flatten', 'verify', 'drill', 'prune', 'check', 'rescan', 'copy', 'self'],
};

export interface KeptLog {
  log: Logger;
  entries: Array<Record<string, unknown> & { level: number; msg: string }>;
  /** What was said, warnings and worse. */
  said(): string[];
}

export function keptLog(): KeptLog {
  const entries: KeptLog['entries'] = [];
  const write = (line: string): void => void entries.push(JSON.parse(line) as KeptLog['entries'][number]);
  return {
    log: pino({ level: 'trace' }, { write }),
    entries,
    said: () => entries.filter(({ level }) => level >= 40).map(({ msg }) => msg),
  };
}
