import { describe, expect, it } from 'vitest';
import { schedActionAttribute } from '../wire/documents/scheduled-action.ts';
import type { Vector } from '../model/attributes.ts';
import { END_TYPE, type ScheduledAction } from '../model/scheduled-action.ts';
import { changeScheduledAction } from './action-template.ts';

const DAY = 86_400;
/** Thursday 2026-11-26 02:00 in Berlin. */
const T = Date.UTC(2026, 10, 26, 1) / 1000;
const onVm = { parent: { type: 'VM' as const, id: 7 }, nowSec: T, startSec: T - 500, zone: 'Europe/Berlin' };

describe('a change', () => {
  const current = { dueSec: T - 2 * DAY, failures: 1, retryAtSec: T + 60 };
  /** Tuesdays and Thursdays at 02:30 of Berlin since a year ago; next on a Thursday in a week. */
  const anchorSec = Date.UTC(2025, 10, 25, 1, 30) / 1000;
  const timeSec = Date.UTC(2026, 11, 3, 1, 30) / 1000;
  const before: ScheduledAction = {
    ...{ id: 3, parent: onVm.parent, uid: 2, action: 'backup', args: '100', doneSec: T - DAY, message: 'it failed' },
    schedule: { timeSec, anchorSec, repeat: 0, days: [2, 4], endType: END_TYPE.TIMES, endValue: 7 },
    ...{ warning: 0, finished: false, current },
  };
  const { current: _, ...fresh } = before;
  const over: ScheduledAction = {
    ...fresh,
    finished: true,
    schedule: { ...before.schedule, timeSec: T - 20 * DAY, endValue: 0 },
  };
  const change = (vector: Vector, of = before): ScheduledAction => changeScheduledAction(of, vector, onVm);
  const shownOf = (of: ScheduledAction, ...changed: Vector): Vector => {
    const [, shown] = schedActionAttribute(of) as [string, Vector];
    return shown.map(([name, value]) => changed.find(([key]) => key === name) ?? [name, value]);
  };

  it('of nothing, or of what was shown, changes nothing', () => {
    expect(change([])).toEqual(before);
    expect(change(shownOf(before))).toEqual(before);
    expect(change(shownOf(over), over)).toEqual(over);
  });

  it('of ARGS leaves the schedule and its run alone', () => {
    expect(change(shownOf(before, ['ARGS', '101,1']))).toEqual({ ...before, args: '101,1' });
    expect(change([['ARGS', '']])).toEqual({ ...before, args: '' });
  });

  it('of ACTION takes no ARGS over', () => {
    expect(change([['ACTION', 'poweroff']])).toEqual({ ...before, action: 'poweroff', args: '' });
    expect(() => change([['ACTION', 'snapshot-delete']])).toThrow('it must be the id of the snapshot');
  });

  it('of TIME begins anew', () => {
    const schedule = { ...before.schedule, timeSec: T + 99, anchorSec: T + 99 };
    expect(change([['TIME', String(T + 99)]])).toEqual({ ...fresh, schedule });
    expect(
      change(
        [
          ['TIME', 'now'],
          ['END_VALUE', '3'],
        ],
        over,
      ),
    ).toEqual({
      ...fresh,
      schedule: { ...schedule, timeSec: T, anchorSec: T, endValue: 3 },
    });
  });

  it('of DAYS goes on after now, at the time of the day that it had', () => {
    const friday = Date.UTC(2026, 10, 27, 1, 30) / 1000;
    expect(change(shownOf(before, ['DAYS', '5']))).toEqual({
      ...fresh,
      schedule: { ...before.schedule, days: [5], timeSec: friday },
    });
  });

  it('of DAYS keeps the time of the day also when the next one would be later by a change of the clock', () => {
    const shifted = {
      ...before,
      schedule: { ...before.schedule, days: [0], timeSec: Date.UTC(2027, 2, 28, 1, 30) / 1000 },
    };
    const { schedule } = changeScheduledAction(shifted, [['DAYS', '1']], {
      ...onVm,
      nowSec: shifted.schedule.timeSec - DAY,
    });
    expect(new Date(schedule.timeSec * 1000).toISOString()).toBe('2027-03-29T00:30:00.000Z');
  });

  it('of REPEAT needs DAYS of its own', () => {
    const monthly = change([
      ['REPEAT', 'MONTHLY'],
      ['DAYS', '31'],
    ]);
    expect(monthly.schedule).toMatchObject({ repeat: 1, days: [31], timeSec: Date.UTC(2026, 10, 30, 1, 30) / 1000 });
    expect(monthly.schedule).toMatchObject({ endType: END_TYPE.TIMES, endValue: 7 });
    expect(() => change([['REPEAT', 'MONTHLY']])).toThrow('SCHED_ACTION/DAYS="" is not right');
  });

  it('of REPEAT to none happens once more, at the time that was next', () => {
    const schedule = { timeSec, anchorSec: timeSec, repeat: -1, days: [], endType: END_TYPE.NONE, endValue: -1 };
    expect(change([['REPEAT', '-1']])).toEqual({ ...fresh, schedule });
    expect(change(shownOf(before, ['REPEAT', 'NONE']))).toEqual({ ...fresh, schedule });
    expect(() => change([['REPEAT', '-1']], over)).toThrow('it has passed: give the new time');
  });

  it('of the end leaves the rest alone', () => {
    const { schedule } = before;
    expect(change([['END_VALUE', '2']])).toEqual({ ...before, schedule: { ...schedule, endValue: 2 } });
    expect(change(shownOf(before, ['END_TYPE', 'NEVER']))).toEqual({
      ...before,
      schedule: { ...schedule, endType: END_TYPE.NEVER, endValue: -1 },
    });
    expect(() => change([['END_TYPE', 'DATE']])).toThrow('SCHED_ACTION/END_VALUE="" is not right; with END_TYPE DATE');
    expect(() =>
      change([
        ['END_TYPE', '2'],
        ['END_VALUE', String(timeSec - 1)],
      ]),
    ).toThrow('it would end before');
  });

  it('of the end lets go on what had finished', () => {
    const thursday = Date.UTC(2026, 10, 26, 1, 30) / 1000;
    const schedule = { ...over.schedule, endValue: 2, timeSec: thursday };
    expect(change([['END_VALUE', '2']], over)).toEqual({ ...over, schedule, finished: false });
    expect(() => change([['DAYS', '5']], over)).toThrow('SCHED_ACTION/END_VALUE="0" is not right; it would end before');
  });

  it('is checked like a new one', () => {
    expect(() => change([['DAYS', '9']])).toThrow('SCHED_ACTION/DAYS="9" is not right');
    expect(() => change([['NAME', 'x']])).toThrow('SCHED_ACTION/NAME="x" is not right');
    expect(() => change([['ACTION', 'x']])).toThrow('SCHED_ACTION/ACTION="x" is not right');
  });
});
