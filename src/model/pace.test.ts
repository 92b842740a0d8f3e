// The pace of a run: what is said of it, and when nothing is.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { paceOf, sampleOf, withSample, type PaceSample } from './pace.ts';

const TOTAL = 10_000;
const at = (seconds: number, bytesDone: number, bytesTotal = TOTAL): PaceSample => ({
  atMs: seconds * 1000,
  bytesDone,
  bytesTotal,
});
const after = (samples: readonly PaceSample[]): PaceSample[] =>
  samples.reduce<PaceSample[]>((kept, sample) => withSample(kept, sample), []);

it('is bytes a second over the last quarter minute, and what is left at that', () => {
  const slowThenFast = [...Array(31).keys()].map((second) =>
    at(second, second <= 15 ? second : 15 + (second - 15) * 100),
  );
  expect(paceOf(after(slowThenFast))).toEqual({ bytesPerSec: 100, leftSec: (TOTAL - 1515) / 100 });
  expect(after(slowThenFast)).toHaveLength(16);
});

it('compares with the one before when that is all there is', () => {
  expect(paceOf(after([at(0, 0), at(60, 600)]))).toEqual({ bytesPerSec: 10, leftSec: 940 });
});

it('says nothing while nothing can be said', () => {
  expect(paceOf([])).toBeUndefined();
  expect(paceOf(after([at(0, 5)]))).toBeUndefined();
  expect(paceOf(after([at(0, 0), at(0.5, 500)]))).toBeUndefined();
  expect(paceOf(after([at(0, 5), at(10, 5)]))).toBeUndefined();
  expect(paceOf(after([at(0, 0, 0), at(10, 5, 0)]))).toBeUndefined();
  expect(paceOf(after([at(0, 0), at(10, 5000), at(12, 100)]))).toBeUndefined();
});

it('has nothing left when all is done', () => {
  expect(paceOf(after([at(0, 0), at(10, TOTAL + 1)]))?.leftSec).toBe(0);
});

it('sums up disks', () => {
  const disks = [
    { bytesDone: 1, bytesTotal: 10 },
    { bytesDone: 2, bytesTotal: 20 },
  ];
  expect(sampleOf(disks, 7)).toEqual({ atMs: 7, bytesDone: 3, bytesTotal: 30 });
});

it('never says what is no number, and keeps no more than a quarter minute and one', () => {
  const step = fc.record({ ms: fc.nat(20_000), bytes: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let [atMs, bytesDone] = [0, 0];
      let kept: PaceSample[] = [];
      for (const { ms, bytes } of steps) {
        kept = withSample(kept, { atMs: (atMs += ms), bytesDone: (bytesDone += bytes), bytesTotal: TOTAL });
        expect(atMs - (kept.at(-2)?.atMs ?? atMs)).toBeLessThanOrEqual(Math.max(15_000, ms));
        expect(kept.slice(1).every((sample) => atMs - sample.atMs <= 15_000)).toBe(true);
        const pace = paceOf(kept);
        if (!pace) continue;
        expect(pace.bytesPerSec).toBeGreaterThan(0);
        expect(pace.leftSec).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(pace.bytesPerSec + pace.leftSec)).toBe(true);
      }
    }),
  );
});
