import { expect, it } from 'vitest';
import { dailyFigures } from './daily.ts';

const day = (TIME: number, DONE: number) => ({
  TIME,
  DONE,
  FAILED: 0,
  CANCELLED: 0,
  TOOK: DONE * 10,
  LONGEST: 10,
  BYTES_READ: DONE * 100,
  BYTES_SENT: 0,
  BYTES_STORED: DONE * 5,
});

it('shows what a backup took and what all of a day moved', () => {
  expect(dailyFigures([day(1, 2), day(2, 0)])).toEqual({
    seconds: [{ at: 1, value: 10 }],
    read: [
      { at: 1, value: 200 },
      { at: 2, value: 0 },
    ],
    stored: [
      { at: 1, value: 10 },
      { at: 2, value: 0 },
    ],
    rate: [{ at: 1, value: 10 }],
  });
});

it('has nothing to show of days without backups', () => {
  expect(dailyFigures([day(1, 0)]).read).toEqual([]);
});
