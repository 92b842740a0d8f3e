import { expect, it } from 'vitest';
import type { Vector } from './attributes.ts';
import { readBackupWindows } from './backup-window.ts';
import { CODE } from './errors.ts';

const read = (...vectors: Vector[]): unknown =>
  readBackupWindows(
    vectors.map((vector) => ['BACKUP_WINDOW', vector]),
    'Asia/Kolkata',
  );
const ALL = [0, 1, 2, 3, 4, 5, 6];

it('is at any time when there is none', () => {
  expect(readBackupWindows([['VERIFY', 'YES']], 'UTC')).toEqual([]);
  expect(readBackupWindows([['BACKUP_WINDOW', '']], 'UTC')).toEqual([]);
});

it('is read as often as it is given', () => {
  const night: Vector = [
    ['DAYS', '5, 1,1'],
    ['HOURS', '22:00-06:30'],
    ['ZONE', 'Europe/Berlin'],
  ];
  expect(read(night, [['HOURS', '9:15 - 24:00']])).toEqual([
    { days: [1, 5], fromMin: 1320, toMin: 390, zone: 'Europe/Berlin' },
    { days: ALL, fromMin: 555, toMin: 1440, zone: 'Asia/Kolkata' },
  ]);
});

it('is all of its days without HOURS, and all days without DAYS', () => {
  expect(read([['DAYS', '0,6']], [['HOURS', '00:00-24:00']], [['ZONE', 'UTC']])).toEqual([
    { days: [0, 6], fromMin: 0, toMin: 1440, zone: 'Asia/Kolkata' },
    { days: ALL, fromMin: 0, toMin: 1440, zone: 'Asia/Kolkata' },
    { days: ALL, fromMin: 0, toMin: 1440, zone: 'UTC' },
  ]);
});

const days = 'it must be days of the week from 0 (Sunday) to 6 with commas between';
const hours = 'it must be two times from 00:00 to 24:00 such as 22:00-06:00';
it.each([
  ['DAYS', '7', days],
  ['DAYS', 'MON', days],
  ['DAYS', '1-5', days],
  ['HOURS', '22-06', hours],
  ['HOURS', '22:00', hours],
  ['HOURS', '22:60-06:00', hours],
  ['HOURS', '24:00-06:00', hours],
  ['HOURS', '22:00-24:01', hours],
  ['HOURS', '25:00-06:00', hours],
  ['HOURS', '01:00-02:00-03:00', hours],
  ['ZONE', 'Europe/Nowhere', 'it must be a zone such as Europe/Berlin or UTC'],
  ['HOUR', '22:00-06:00', 'a window has DAYS, HOURS, ZONE'],
])('refuses %s="%s"', (name, value, right) => {
  const message = `DATASTORE/BACKUP_WINDOW/${name}="${value}" is not right; ${right}.`;
  const refusal = expect.objectContaining({ code: CODE.INTERNAL, message });
  expect(() => readBackupWindows([['BACKUP_WINDOW', [[name, value]]]], 'UTC', 'DATASTORE/')).toThrow(refusal);
});

it('refuses a plain text', () => {
  expect(() => readBackupWindows([['BACKUP_WINDOW', '22:00-06:00']], 'UTC')).toThrow(
    'BACKUP_WINDOW="22:00-06:00" is not right; it must be BACKUP_WINDOW=[ DAYS="1,2,3,4,5", HOURS="22:00-06:00" ].',
  );
});
