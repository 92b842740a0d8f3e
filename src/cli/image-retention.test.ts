// oneimage retention: what it asks for, and the table that it prints.
import { expect, test } from 'vitest';
import { failure, runCommand } from '../../tests/golden/command.ts';
import type { Retention } from '../model/retention.ts';
import { retentionXml } from '../wire/documents/retention.ts';
import { oneimage } from './oneimage.ts';

const at = (year: number, month: number, day: number): number =>
  new Date(year, month - 1, day, 22, 30).getTime() / 1000;

const retention: Retention = {
  rules: { keepLast: 1, keepMonthly: 12 },
  points: [
    {
      ...{ pointId: 0, date: at(2026, 10, 31), kept: true, rules: ['KEEP_MONTHLY'], goesSec: at(2027, 10, 1) },
      reason: 'it is the newest of the month of 2026-10-01 (KEEP_MONTHLY 2 of 12)',
    },
    {
      ...{ pointId: 1, date: at(2026, 11, 1), kept: false, rules: [], goesSec: at(2026, 11, 3) },
      reason: 'a newer one of the month of 2026-11-01 is there (KEEP_MONTHLY)',
    },
    {
      ...{ pointId: 2, date: at(2026, 11, 2), kept: true, rules: ['KEEP_LAST', 'KEEP_MONTHLY', 'PIN'], goesSec: 0 },
      reason:
        'it is among the newest 1 of its datastore (KEEP_LAST); it is the newest of the month of 2026-11-01 (KEEP_MONTHLY 1 of 12); increment 2 is pinned',
    },
  ],
};

const shown = async (line: string, document: Retention): Promise<unknown> => {
  const { status, out, err, calls } = await runCommand(oneimage, line, { 'image.retention': retentionXml(document) });
  return { status, text: (out + err).replace(/ +$/gm, ''), calls };
};

test('tells of each point whether it stays, until when and why', async () => {
  expect(await shown('retention 7 --keep-last 1 --keep-monthly 12', retention)).toEqual({
    status: 0,
    calls: [['image.retention', 7, 'KEEP_LAST="1"\nKEEP_MONTHLY="12"\n']],
    text: `RETENTION OF IMAGE 7
By KEEP_LAST=1, KEEP_MONTHLY=12, with a backup each day from now on:

 ID DATE             KEPT GOES             WHY
  0 2026-10-31 22:30 yes  2027-10-01 22:30 it is the newest of the month of 2026-10-01 (KEEP_MONTHLY 2 of 12)
  1 2026-11-01 22:30 no   2026-11-03 22:30 a newer one of the month of 2026-11-01 is there (KEEP_MONTHLY)
  2 2026-11-02 22:30 yes  -                it is among the newest 1 of its datastore (KEEP_LAST); it is the newest of the month of 2026-11-01 (KEEP_MONTHLY 1 of 12); increment 2 is pinned
`,
  });
});

test('says when there is no rule, and refuses what is no number', async () => {
  expect(await shown('retention 7', { rules: { keepLast: 0 }, points: [] })).toMatchObject({
    text: expect.stringContaining('There is no rule: all is kept.'),
    calls: [['image.retention', 7, '']],
  });
  expect(await runCommand(oneimage, 'retention 7 --keep-daily few', {})).toEqual(
    failure('--keep-daily few is no number.'),
  );
});
