import { describe, expect, it } from 'vitest';
import {
  newestFirst,
  readSelfRecord,
  selfDueInMs,
  surplusSelves,
  writeSelfRecord,
  type ListedSelf,
  type SelfRecord,
} from './self-backup.ts';

const RECORD: SelfRecord = {
  ...{ installation: 'abc-1', operation: '00112233aabbccdd', date: 1_700_000_000 },
  ...{ databaseBytes: 4096, databaseSha256: 'a'.repeat(64), withSecrets: true },
};
const self = (source: string, date: number, installation = 'one'): ListedSelf => ({
  ...{ source, storedAt: date + 5, record: { ...RECORD, date, installation } },
});

describe('the record', () => {
  it('reads what was written', () => {
    expect(readSelfRecord(writeSelfRecord(RECORD))).toEqual(RECORD);
  });
  it.each([
    ['nothing', '', 'no record'],
    ['another file', '{"a":1}', 'no record'],
    ['a hash that is none', writeSelfRecord({ ...RECORD, databaseSha256: '../x' }), 'no record'],
    ['another format', writeSelfRecord(RECORD).replace('"format": 1', '"format": 2'), 'format 2'],
  ])('does not believe %s', (_what, file, why) => {
    expect(readSelfRecord(file)).toContain(why);
  });
});

describe('which copies are too many', () => {
  it('are the oldest of this OneVault alone', () => {
    const all = [self('b', 20), self('x', 1, 'other'), self('a', 10), self('c', 30)];
    expect(surplusSelves(all, 'one', 2).map(({ source }) => source)).toEqual(['a']);
    expect(surplusSelves(all, 'one', 3)).toEqual([]);
    expect(newestFirst(all).map(({ source }) => source)).toEqual(['c', 'b', 'a', 'x']);
  });
  it('are never all of them', () => {
    expect(surplusSelves([self('a', 10)], 'one', 0)).toEqual([]);
  });
});

describe('when the next is due', () => {
  const due = (doneMs: number | undefined, triedMs: number | undefined): number =>
    selfDueInMs({ doneMs, triedMs }, 1000, 60_000, 5_000_000);
  it('is at once when there is none', () => expect(due(undefined, undefined)).toBe(0));
  it('is an interval after the last', () => expect(due(4_900_000, undefined)).toBe(900_000));
  it('is at once when that has passed', () => expect(due(3_000_000, undefined)).toBe(0));
  it('waits after one that failed', () => expect(due(3_000_000, 4_990_000)).toBe(50_000));
  it('waits no longer than the interval after one that failed', () =>
    expect(selfDueInMs({ doneMs: undefined, triedMs: 0 }, 10, 60_000, 4_000)).toBe(6_000));
});
