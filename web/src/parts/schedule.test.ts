import { describe, expect, it } from 'vitest';
import { templateText } from '../api/template-text.ts';
import {
  changedSchedule,
  epochOf,
  localText,
  newSchedule,
  scheduleFaults,
  scheduleOf,
  scheduleOfTemplate,
  scheduleText,
  writtenEntry,
  writtenSchedule,
  type ScheduleEntry,
} from './schedule.ts';

const NOW = 1_764_000_000;
const entry: ScheduleEntry = {
  ...{ ID: 3, PARENT_ID: 0, TYPE: 'VM', ACTION: 'backup', ARGS: '100,1', TIME: NOW - (NOW % 60) },
  ...{ REPEAT: 0, DAYS: '1,3', END_TYPE: 1, END_VALUE: 5, DONE: -1, MESSAGE: '' },
};

it('begins with every night at two', () => {
  const fresh = newSchedule(NOW, 'backup');
  expect(fresh.at).toMatch(/T02:00$/);
  expect(epochOf(fresh.at)).toBeGreaterThan(NOW);
  expect(writtenSchedule(fresh)).toMatchObject({ ACTION: 'backup', REPEAT: 0, DAYS: '0,1,2,3,4,5,6', END_TYPE: 0 });
  expect(scheduleFaults(fresh)).toEqual({});
  expect(scheduleText(fresh)).toBe('Backup every day at 02:00');
});

it('brings back what was saved', () => {
  const values = scheduleOf(entry, NOW);
  expect(values).toMatchObject({ datastoreId: 100, reset: true, weekdays: [1, 3], ends: 'times', times: 5 });
  expect(writtenSchedule(values)).toEqual({
    ...{ ACTION: 'backup', ARGS: '100,1', TIME: String(entry.TIME), REPEAT: 0, DAYS: '1,3' },
    ...{ END_TYPE: 1, END_VALUE: 5 },
  });
  expect(templateText({ SCHED_ACTION: writtenEntry(entry) })).toContain('END_VALUE="5"');
});

it('says all of what was changed, and leaves the seconds of a time that was not', () => {
  const odd = { ...entry, TIME: entry.TIME + 17 };
  const values = scheduleOf(odd, NOW);
  expect(changedSchedule(odd, values)).toMatchObject({ TIME: String(odd.TIME), ARGS: '100,1' });
  expect(changedSchedule(odd, { ...values, datastoreId: -1, reset: false })).toMatchObject({ ARGS: '-1' });
  expect(changedSchedule(odd, { ...values, at: localText(odd.TIME + 3600) })).toMatchObject({
    TIME: String(entry.TIME + 3600),
  });
});

it('knows times that count from when a VM is made', () => {
  const values = scheduleOfTemplate({ ACTION: 'backup', TIME: '+3600', REPEAT: '3', DAYS: '12' }, NOW);
  expect(values).toMatchObject({ starts: 'after', afterMinutes: 60, repeat: 'hours', hours: 12 });
  expect(writtenSchedule(values)).toMatchObject({ TIME: '+3600', REPEAT: 3, DAYS: '12' });
  expect(scheduleText(values)).toBe('Backup every 12 hours');
});

it('says nothing of repetition for what happens once, and of an action for a job', () => {
  const once = writtenSchedule({ ...newSchedule(NOW, ''), repeat: 'once' });
  expect(once).toMatchObject({ REPEAT: -1 });
  expect([once['ACTION'], once['ARGS'], once['DAYS'], once['END_TYPE']]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  const { REPEAT, DAYS, END_TYPE } = writtenEntry({ ...entry, REPEAT: -1, END_TYPE: -1, END_VALUE: -1 });
  expect([REPEAT, DAYS, END_TYPE]).toEqual([undefined, undefined, undefined]);
});

describe('what cannot be sent', () => {
  const fresh = newSchedule(NOW, 'backup');
  it.each([
    [{ at: '' }, 'at'],
    [{ starts: 'after', afterMinutes: 0 }, 'afterMinutes'],
    [{ weekdays: [] }, 'weekdays'],
    [{ repeat: 'month', monthdays: 'first' }, 'monthdays'],
    [{ repeat: 'year', yeardays: '' }, 'yeardays'],
    [{ repeat: 'hours', hours: 1.5 }, 'hours'],
    [{ ends: 'times', times: 0 }, 'times'],
    [{ ends: 'date', until: 'x' }, 'until'],
  ] as const)('%o', (change, field) => {
    expect(Object.keys(scheduleFaults({ ...fresh, ...change } as typeof fresh))).toEqual([field]);
  });
});

it('tells days in words', () => {
  const words = (change: object): string => scheduleText({ ...newSchedule(NOW, 'drill'), ...change });
  expect(words({ weekdays: [0, 1, 5] })).toBe('Drill every Mon, Fri, Sun at 02:00');
  expect(words({ repeat: 'month', monthdays: '1,15' })).toBe('Drill on day 1,15 of every month at 02:00');
  expect(words({ ends: 'times', times: 3 })).toBe('Drill every day at 02:00, 3 times');
});

it('writes local times as inputs take them', () => {
  expect(epochOf(localText(NOW - (NOW % 60)))).toBe(NOW - (NOW % 60));
  expect(localText(0)).toBe('');
  expect(localText(NaN)).toBe('');
});
