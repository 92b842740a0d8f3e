import { expect, it } from 'vitest';
import { secondsOf } from './term.ts';

it('is days in seconds, and none is for ever', () => {
  expect(secondsOf(30)).toBe(2_592_000);
  expect(secondsOf(0)).toBe(-1);
});
