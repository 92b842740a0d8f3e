import { beforeAll, expect, test } from 'vitest';
import { amountText } from './progress.ts';
import { bytes, minuteTime, parseSizeMb, period, shortPeriod, size, time } from './units.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

test('sizes divide while greater than 1024', () => {
  expect([172, 0, 1024, 1025, 2048, 1536, 100_000, 1_048_576].map((mb) => size(mb, 'M'))).toEqual(
    ['172M', '0M', '1024M', '1G', '2G', '1.5G', '97.7G', '1024G'], // prettier-ignore
  );
  expect(size(0, 'K')).toBe('0K');
  expect(size(2 ** 40, 'T')).toBe('1099511627776T');
  expect([bytes(10), bytes(2048), bytes(5 * 2 ** 30)]).toEqual(['10B', '2K', '5G']);
});

test('times and periods', () => {
  expect(time(1669901816)).toBe('12/01 13:36:56');
  expect(minuteTime(1669901816)).toBe('12/01 13:36');
  expect([time(0), minuteTime(0)]).toEqual(['-', '-']);
  expect(period(90061)).toBe('  1d 01h01m');
  expect(period(-5)).toBe('  0d 00h00m');
  expect(shortPeriod(90061)).toBe(' 25h01m01s');
});

test('sizes as users write them', () => {
  expect(['512', '2g', '300mb', '1T', '1.5g', '100k', 'x', '-1', ''].map(parseSizeMb)).toEqual([
    512,
    2048,
    300,
    1048576,
    1536,
    1,
    undefined,
    undefined,
    undefined,
  ]);
});

test('an amount tells rate and time left when they are known', () => {
  const disk = { diskId: 0, bytesDone: 60 * 100 * 2 ** 20, bytesTotal: 10 * 2 ** 30 };
  const pace = { bytesPerSec: 100 * 2 ** 20, leftSec: 42.4 };
  expect(amountText(disk, pace)).toBe('5.9G of 10G, 58%, 100M/s, 43s left');
  expect(amountText(disk, undefined)).toBe('5.9G of 10G, 58%');
  expect(amountText({ diskId: 0, bytesDone: 0, bytesTotal: 0 }, undefined)).toBe('0B of 0B');
});
