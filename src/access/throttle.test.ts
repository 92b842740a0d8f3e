import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldBackMs, LoginThrottle } from './throttle.ts';

const MINUTE = 60_000;

describe('the next answer', () => {
  it.each([
    [0, 0],
    [5, 0],
    [6, 500],
    [7, 1000],
    [8, 2000],
    [11, 16_000],
    [12, 30_000],
    [200, 30_000],
  ])('after %i failures at once waits %i ms', (count, wait) => {
    expect(heldBackMs(Array<number>(count).fill(MINUTE), MINUTE)).toBe(wait);
  });

  it('waits only for what is left since the last failure', () => {
    const failures = Array<number>(8).fill(MINUTE);
    expect([0, 500, 1999, 2000, MINUTE].map((later) => heldBackMs(failures, MINUTE + later))).toEqual([
      ...[2000, 1500, 1, 0, 0],
    ]);
  });

  it('forgets after a quarter of an hour, one failure after the other', () => {
    const failures = [...Array<number>(3).fill(0), ...Array<number>(6).fill(14 * MINUTE)];
    expect(heldBackMs(failures, 14 * MINUTE)).toBe(4000);
    expect(heldBackMs([...failures, 15 * MINUTE], 15 * MINUTE)).toBe(1000);
    expect(heldBackMs(failures, 40 * MINUTE)).toBe(0);
  });

  it('never waits longer than the bound, whatever the clock does', () => {
    const time = fc.integer({ min: 0, max: 60 * MINUTE });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 60 }), time, (failures, now) => {
        const wait = heldBackMs(failures, now);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(30_000);
        expect(Number.isFinite(wait)).toBe(true);
      }),
    );
  });
});

describe('the memory', () => {
  it('is by name, and a success clears it', () => {
    let now = 0;
    const throttle = new LoginThrottle(() => now);
    for (let count = 0; count < 7; count += 1) throttle.failed('ann');
    expect([throttle.heldBackMs('ann'), throttle.heldBackMs('bob')]).toEqual([1000, 0]);
    now = 400;
    expect(throttle.heldBackMs('ann')).toBe(600);
    throttle.succeeded('ann');
    expect(throttle.heldBackMs('ann')).toBe(0);
  });

  it('goes on waiting as long however many failures there are', () => {
    const throttle = new LoginThrottle(() => 0);
    for (let count = 0; count < 1000; count += 1) throttle.failed('ann');
    expect(throttle.heldBackMs('ann')).toBe(30_000);
  });

  it('drops who failed longest ago when there are too many names', () => {
    const throttle = new LoginThrottle(() => 0, 3);
    const fail = (...names: string[]): void => {
      for (const name of names) for (let count = 0; count < 6; count += 1) throttle.failed(name);
    };
    fail('ann', 'bob', 'cleo', 'ann', 'dora');
    expect(['ann', 'bob', 'cleo', 'dora'].map((name) => throttle.heldBackMs(name) > 0)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('keeps no more than the beginning of a name', () => {
    const throttle = new LoginThrottle(() => 0);
    const long = 'x'.repeat(1_000_000);
    for (let count = 0; count < 6; count += 1) throttle.failed(long);
    expect(throttle.heldBackMs(long.slice(0, 128))).toBe(500);
  });
});
