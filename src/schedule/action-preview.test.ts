import { expect, it } from 'vitest';
import { parseTemplate } from '../wire/template-text.ts';
import { readOccurrences } from './action-preview.ts';

const on = { nowSec: 1000, zone: 'UTC', count: 3 };

it('tells the next moments, of a backup when nothing else is said', () => {
  const text =
    'SCHED_ACTION=[ TIME="2000", REPEAT="3", DAYS="1", END_TYPE="0" ]\nSCHED_ACTION=[ ACTION="stop", TIME="3000" ]';
  expect(readOccurrences(parseTemplate(text), on)).toEqual([
    { atSec: 2000, index: 0, action: 'backup' },
    { atSec: 3000, index: 1, action: 'stop' },
    { atSec: 5600, index: 0, action: 'backup' },
  ]);
});

it.each([
  ['', /there is none/],
  ['A="b"', /there is A/],
  ['SCHED_ACTION="x"', /there is SCHED_ACTION/],
  ['SCHED_ACTION=[ TIME="soon" ]', /TIME="soon"/],
  ['SCHED_ACTION=[ TIME="+60", DAYS="9", REPEAT="0" ]', /DAYS="9"/],
])('refuses %s as saving would', (text, says) => {
  expect(() => readOccurrences(text === '' ? [] : parseTemplate(text), on)).toThrow(says);
});
