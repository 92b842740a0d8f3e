import { expect, it } from 'vitest';
import { seriesOf, trendOf } from './fill.ts';

it('is steady, grows, or will be full', () => {
  expect(trendOf({ MB_PER_DAY: 0, FULL_ON: -1 }, 100)).toEqual({ kind: 'steady' });
  expect(trendOf({ MB_PER_DAY: 5, FULL_ON: -1 }, 100)).toEqual({ kind: 'grows' });
  expect(trendOf({ MB_PER_DAY: 5, FULL_ON: 160 }, 100)).toEqual({ kind: 'full', inSec: 60 });
  expect(trendOf({ MB_PER_DAY: 5, FULL_ON: 60 }, 100)).toEqual({ kind: 'full', inSec: 0 });
});

const fill = {
  DATASTORE_ID: 100,
  TOTAL_MB: 1000,
  FREE_MB: 100,
  USED_MB: 900,
  MB_PER_DAY: 50,
  FULL_ON: 1,
  POINT: [{ TIME: 10, TOTAL_MB: 1000, FREE_MB: 150, USED_MB: 850 }],
};
const labels = { used: 'used', expected: 'expected' };

it('goes on at the pace of before until it is full', () => {
  const [used, expected] = seriesOf(fill, 100, labels);
  expect(used?.points).toEqual([{ at: 10, value: 850 }]);
  expect(expected).toEqual({
    label: 'expected',
    dashed: true,
    points: [
      { at: 100, value: 900 },
      { at: 100 + 2 * 86_400, value: 1000 },
    ],
  });
});

it('expects nothing of one that does not grow', () => {
  expect(seriesOf({ ...fill, MB_PER_DAY: 0 }, 100, labels)).toHaveLength(1);
});
