import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Throttled } from './throttled.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function heard(): { passed: string[]; changes: Throttled<string> } {
  const passed: string[] = [];
  return { passed, changes: new Throttled<string>(500, (value) => void passed.push(value)) };
}

it('passes the first change at once, and of those that follow the newest in its time', () => {
  const { passed, changes } = heard();
  for (const value of ['a1', 'a2', 'a3']) changes.add('a', value, false);
  expect(passed).toEqual(['a1']);
  vi.advanceTimersByTime(499);
  expect(passed).toEqual(['a1']);
  vi.advanceTimersByTime(1);
  expect(passed).toEqual(['a1', 'a3']);
  changes.add('a', 'a4', false);
  expect(passed).toEqual(['a1', 'a3']);
  vi.advanceTimersByTime(500);
  expect(passed).toEqual(['a1', 'a3', 'a4']);
  vi.advanceTimersByTime(5000);
  changes.add('a', 'a5', false);
  expect(passed).toEqual(['a1', 'a3', 'a4', 'a5']);
});

it('holds nothing back for another one, nor the last of one', () => {
  const { passed, changes } = heard();
  changes.add('a', 'a1', false);
  changes.add('b', 'b1', false);
  changes.add('a', 'a2', false);
  changes.add('a', 'end', true);
  expect(passed).toEqual(['a1', 'b1', 'end']);
  vi.advanceTimersByTime(5000);
  expect(passed).toEqual(['a1', 'b1', 'end']);
  expect(vi.getTimerCount()).toBe(0);
});

it('passes nothing any more when it is closed', () => {
  const { passed, changes } = heard();
  changes.add('a', 'a1', false);
  changes.add('a', 'a2', false);
  changes.close();
  vi.advanceTimersByTime(5000);
  expect(passed).toEqual(['a1']);
});
