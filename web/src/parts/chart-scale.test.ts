import fc from 'fast-check';
import { expect, it } from 'vitest';
import { barWidth, nearest, placed, scaleOf, spanOf, timeTicks } from './chart-scale.ts';

it('has round numbers', () => {
  expect(scaleOf(87)).toEqual({ top: 100, ticks: [0, 25, 50, 75, 100] });
  expect(scaleOf(400, 'time').ticks).toEqual([0, 120, 240, 360, 480]);
  expect(scaleOf(30 * 86_400, 'time').ticks.at(-1)).toBe(30 * 86_400);
  expect(scaleOf(0)).toEqual({ top: 1, ticks: [0, 1] });
  expect(scaleOf(3 * 1024 ** 3, 1024).ticks.map((value) => value / 1024 ** 3)).toEqual([0, 1, 2, 3]);
});

it('reaches above every value, with few lines', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e18, noNaN: true }),
      fc.constantFrom(1000 as const, 1024 as const, 'time' as const),
      (most, base) => {
        const { top, ticks } = scaleOf(most, base);
        expect(top).toBeGreaterThanOrEqual(most * 0.999);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.at(-1)).toBe(top);
      },
    ),
  );
});

const area = { left: 10, top: 0, width: 100, height: 50 };

it('places points in their area', () => {
  const span = spanOf([
    { at: 100, value: 1 },
    { at: 200, value: 3 },
  ]);
  expect(placed({ at: 100, value: 0 }, span, 4, area)).toEqual({ x: 10, y: 50 });
  expect(placed({ at: 200, value: 4 }, span, 4, area)).toEqual({ x: 110, y: 0 });
  expect(spanOf([{ at: 5, value: 1 }])).toEqual({ from: 4, to: 6 });
  expect(timeTicks({ from: 0, to: 10 }, 3)).toEqual([0, 5, 10]);
});

it('finds the nearest point', () => {
  const points = [
    { at: 0, value: 1 },
    { at: 10, value: 2 },
  ];
  expect(nearest(points, { from: 0, to: 10 }, area, 80)).toBe(points[1]);
  expect(nearest([], { from: 0, to: 10 }, area, 80)).toBeUndefined();
});

it('has bars that do not touch', () => {
  const days = (...of: number[]) => of.map((day) => ({ at: day * 86_400, value: 1 }));
  expect(barWidth(100, days(0, 1, 2, 9))).toBeCloseTo(7);
  expect(barWidth(1000, days(0, 1))).toBe(18);
  expect(barWidth(100, days(5))).toBe(18);
  expect(barWidth(100, days(...Array.from({ length: 100 }, (_, day) => day)))).toBe(2);
});
