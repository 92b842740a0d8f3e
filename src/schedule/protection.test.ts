import { expect, it } from 'vitest';
import { END_TYPE, REPEAT, type Schedule } from '../model/scheduled-action.ts';
import { protectionOf, type ProtectedVm, type Protection } from './protection.ts';

const DAY = 86_400;
const NOW = 1000 * DAY;
const daily: Schedule = {
  ...{ timeSec: NOW, anchorSec: 0, repeat: REPEAT.WEEKLY, days: [0, 1, 2, 3, 4, 5, 6] },
  ...{ endType: END_TYPE.NEVER, endValue: -1 },
};
const once: Schedule = { ...daily, repeat: REPEAT.NONE, days: [], anchorSec: NOW + DAY };

const of = (vm: Partial<ProtectedVm>, demandedSec?: number): Protection =>
  protectionOf({ pointSec: undefined, bornSec: 0, schedules: [], ...vm }, NOW, demandedSec);

it('a VM without a schedule is protected by a point of any age', () => {
  expect(of({})).toEqual({ kind: 'unprotected' });
  expect(of({ pointSec: 1 })).toEqual({ kind: 'good' });
});

it('a schedule that does not repeat demands nothing', () => {
  expect(of({ schedules: [once] })).toEqual({ kind: 'good' });
});

it('a point may be as old as twice the time between two occurrences', () => {
  expect(of({ schedules: [daily], pointSec: NOW - 2 * DAY }, DAY)).toEqual({ kind: 'good' });
  const sinceSec = NOW - 2 * DAY - 1;
  expect(of({ schedules: [daily], pointSec: sinceSec }, DAY)).toEqual({ kind: 'overdue', sinceSec, limitSec: 2 * DAY });
});

it('without a point it counts from when there was a VM and a schedule', () => {
  const overdue = { kind: 'overdue', limitSec: 2 * DAY };
  expect(of({ schedules: [daily] }, DAY)).toEqual({ ...overdue, sinceSec: 0 });
  expect(of({ schedules: [daily], bornSec: NOW - DAY }, DAY)).toEqual({ kind: 'good' });
  const recent = { ...daily, anchorSec: NOW - DAY };
  expect(of({ schedules: [recent], pointSec: 5 }, DAY)).toEqual({ kind: 'good' });
  expect(of({ schedules: [recent, daily], pointSec: 5 }, DAY)).toEqual({ ...overdue, sinceSec: 5 });
  expect(of({ schedules: [{ ...daily, anchorSec: NOW + DAY }] }, DAY)).toEqual({ kind: 'good' });
});
