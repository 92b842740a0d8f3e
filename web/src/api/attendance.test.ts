import { expect, it } from 'vitest';
import { Attendance } from './attendance.ts';

it('lasts some seconds after each touch', () => {
  let now = 0;
  const attendance = new Attendance(() => now);
  expect(attendance.isThere).toBe(true);
  now = 10_000;
  expect(attendance.isThere).toBe(false);
  attendance.touched();
  now = 19_999;
  expect(attendance.isThere).toBe(true);
});

it('is told once a minute while nothing else is asked for', () => {
  let now = 0;
  const attendance = new Attendance(() => now);
  now = 59_999;
  expect(attendance.touched()).toBe(false);
  now = 60_000;
  expect(attendance.touched()).toBe(true);
  expect(attendance.touched()).toBe(false);
  now = 100_000;
  attendance.told();
  now = 150_000;
  expect(attendance.touched()).toBe(false);
});
