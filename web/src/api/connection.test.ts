import { expect, it } from 'vitest';
import { pauseMs } from './connection.ts';

it('tries again soon, then ever more rarely, within a quarter of chance', () => {
  expect(pauseMs(0, 0.5)).toBe(500);
  expect(pauseMs(1, 0.5)).toBe(1000);
  expect(pauseMs(50, 0.5)).toBe(15_000);
  expect(pauseMs(50, 1)).toBe(18_750);
  expect(pauseMs(0, 0)).toBe(375);
});
