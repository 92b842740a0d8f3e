import { expect, it } from 'vitest';
import { trendOf } from './trend.ts';

const DAY = 86_400;
const fills = (...used: number[]) =>
  used.map((usedMb, day) => ({ atSec: day * DAY, totalMb: 1000, freeMb: 1000 - usedMb, usedMb }));

it('says when a datastore that fills up is full', () => {
  expect(trendOf(fills(100, 200, 300))).toEqual({ mbPerDay: 100, fullSec: 9 * DAY });
});

it('does not, for one that becomes emptier or stays as it is', () => {
  expect(trendOf(fills(300, 200, 100))).toEqual({ mbPerDay: -100, fullSec: undefined });
  expect(trendOf(fills(300, 300))).toEqual({ mbPerDay: 0, fullSec: undefined });
});

it('waits until there is enough to tell', () => {
  expect(trendOf([])).toEqual({ mbPerDay: 0, fullSec: undefined });
  expect(trendOf(fills(300))).toEqual({ mbPerDay: 0, fullSec: undefined });
  const hour = fills(0, 500).map((fill, index) => ({ ...fill, atSec: index * 3600 }));
  expect(trendOf(hour).fullSec).toBeUndefined();
});
