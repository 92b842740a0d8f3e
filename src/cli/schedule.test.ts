import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { readXml } from '../wire/xml-read.ts';
import { schedAction, type ScheduleOptions } from './schedule.ts';
import { scheduledActions } from './schedule-show.ts';
import { epochOf, zonedTime } from './when.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

/** 2022-12-01 13:28:44 UTC. */
const NOW = 1669901324;
const DAY = 86400;

test.each([
  ['2022-12-01 13:28:44', NOW],
  ['2022/12/01 13:28:44', NOW],
  ['2022-12-01T13:28:44Z', NOW],
  ['2022-12-01 14:28:44 +0100', NOW],
  ['2022-12-01 08:28:44-05:00', NOW],
  ['12/01 13:28', NOW - 44],
  ['13:28:44', NOW],
  ['12/24', 1671840000],
  ['2030-1-2', 1893542400],
])('%s is a time', (given, epoch) => {
  expect(epochOf(given, NOW * 1000)).toBe(epoch);
});

test.each([
  '',
  'soon',
  '13',
  '2022-13-01',
  '02/30',
  '25:00',
  '12:60',
  '12/01 13',
  '1669901324',
  '12/24 +0100',
  '+3600',
])('%j is no time', (given) => {
  expect(epochOf(given, NOW * 1000)).toBeUndefined();
});

test('a printed time is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4102444800 }), (epoch) => epochOf(zonedTime(epoch), NOW * 1000) === epoch),
  );
  expect(zonedTime(NOW)).toBe('2022-12-01 13:28:44 +0000');
});

const backup = { action: 'backup', args: '100,0' };

test.each<[given: ScheduleOptions, text: string]>([
  [{ schedule: 'now' }, `[ACTION  = backup, ARGS    = "100,0",TIME    = ${NOW}]`],
  [{ schedule: '+3600' }, '[ACTION  = backup, ARGS    = "100,0",TIME    = +3600]'],
  [
    { schedule: 'now', weekly: '0,5' },
    `[ACTION  = backup, ARGS    = "100,0",TIME    = ${NOW}, REPEAT = 0, DAYS = "0,5", END_TYPE = 0]`,
  ],
  [
    { schedule: 'now', monthly: '1', end: '5' },
    `[ACTION  = backup, ARGS    = "100,0",TIME    = ${NOW}, REPEAT = 1, DAYS = "1", END_TYPE = 1, END_VALUE = 5]`,
  ],
  [
    { schedule: 'now', yearly: '1', end: '2022-12-24 11:00' },
    `[ACTION  = backup, ARGS    = "100,0",TIME    = ${NOW}, REPEAT = 2, DAYS = "1", END_TYPE = 2, END_VALUE = 1671840000]`,
  ],
  [
    { schedule: '12/01 13:28:44', hourly: '6' },
    `[ACTION  = backup, ARGS    = "100,0",TIME    = ${NOW}, REPEAT = 3, DAYS = "6", END_TYPE = 0]`,
  ],
])('%j makes the text that OpenNebula sends', (given, text) => {
  expect(schedAction(given, NOW * 1000, backup).text).toBe(`SCHED_ACTION = ${text}`);
});

test('without arguments or an action there is less to say', () => {
  const text = (what: { action: string } | undefined): string =>
    schedAction({ schedule: 'now' }, NOW * 1000, what).text;
  expect(text({ action: 'poweroff' })).toBe(`SCHED_ACTION = [ACTION  = poweroff, TIME    = ${NOW}]`);
  expect(text(undefined)).toBe(`SCHED_ACTION = [TIME    = ${NOW}]`);
});

test.each<[given: ScheduleOptions, error: string]>([
  [{ schedule: 'soon' }, 'Error parsing time spec: soon'],
  [{ schedule: 'now', weekly: '0', monthly: '1' }, '--weekly and --monthly exclude each other.'],
  [{ schedule: 'now', weekly: 'mon' }, '--weekly mon is no list of days.'],
  [{ schedule: 'now', hourly: '0' }, '--hourly 0 is no number of hours above 0.'],
  [{ schedule: 'now', end: '5' }, '--end 5 needs one of --weekly, --monthly, --yearly, --hourly.'],
  [{ schedule: 'now', weekly: '1', end: '0' }, '--end 0 is neither a date nor a number above 0.'],
])('%j is refused', (given, error) => {
  expect(() => schedAction(given, NOW * 1000, backup)).toThrow(error);
});

test('a backup job has no start to count from', () => {
  expect(() => schedAction({ schedule: '+60' }, NOW * 1000, undefined)).toThrow('a backup job needs a time');
});

/** A SCHED_ACTION element with these fields. */
function action(id: number, fields: Record<string, string | number>): string {
  const text = Object.entries({
    ID: id,
    ACTION: 'backup',
    ARGS: '100',
    TIME: NOW,
    REPEAT: -1,
    END_TYPE: -1,
    ...fields,
  });
  return `<SCHED_ACTION>${text.map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</SCHED_ACTION>`;
}

function shown(...actions: string[]): string[] {
  const vm = readXml(`<VM><TEMPLATE>${actions.join('')}</TEMPLATE></VM>`);
  return scheduledActions(vm, NOW).map((line) => line.replace(/ +$/gm, ''));
}

test('what is done looks as in the guide', () => {
  expect(shown(action(0, { DONE: NOW }), action(1, { TIME: NOW + 480, DONE: NOW + 480 })).join('\n'))
    .toBe(`SCHEDULED ACTIONS
   ID ACTION  ARGS   SCHEDULED REPEAT   END STATUS
    0 backup   100 12/01 13:28             Done on 12/01 13:28
    1 backup   100 12/01 13:36             Done on 12/01 13:36`);
});

test('what repeats says how often and until when', () => {
  const lines = shown(
    action(0, { TIME: NOW + 2 * DAY, REPEAT: 0, DAYS: '0,5', END_TYPE: 0, DONE: NOW }),
    action(1, { TIME: NOW + 5400, REPEAT: 3, DAYS: 6, END_TYPE: 1, END_VALUE: 4 }),
    action(2, { TIME: NOW + 100, REPEAT: 1, DAYS: 1, END_TYPE: 2, END_VALUE: NOW }),
    action(3, { TIME: NOW - 1, ARGS: '', REPEAT: 2, DAYS: 1, END_TYPE: 0, WARNING: NOW - 5 }),
    action(4, { MESSAGE: 'no such datastore' }),
  );
  expect(lines.join('\n')).toBe(`SCHEDULED ACTIONS
   ID ACTION  ARGS   SCHEDULED       REPEAT           END STATUS
    0 backup   100 12/03 13:28   Weekly 0,5          None Next in 2 days
    1 backup   100 12/01 14:58 Each 6 hours After 4 times Next in 1.5 hours
    2 backup   100 12/01 13:30    Monthly 1   On 12/01/22 Next in 1.67 minutes
   *3 backup     - 12/01 13:28     Yearly 1          None Overdue!
    4 backup   100 12/01 13:28                            Error! no such datastore`);
});

test('nothing scheduled is not shown', () => {
  expect(shown()).toEqual([]);
});
