import { expect, it } from 'vitest';
import { usage } from './quota.ts';

it('has no share without a limit', () => {
  expect(usage(5, -1, String)).toEqual({ share: undefined, tone: 'blue', words: '5' });
  expect(usage(5, -2, String).share).toBeUndefined();
});

it('warns before it is full', () => {
  expect(usage(5, 10, String)).toEqual({ share: 0.5, tone: 'blue', words: '5 / 10 (50 %)' });
  expect(usage(8, 10, String).tone).toBe('orange');
  expect(usage(12, 10, String)).toMatchObject({ share: 1, tone: 'red' });
  expect(usage(0, 0, String)).toMatchObject({ share: 0, tone: 'blue' });
});
