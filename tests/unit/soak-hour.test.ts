// What the long soak decides: what a guest's disks may hold, and what counts as growth.
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, examine, FIRST_NUMBER, lastSaid, PLACES, putBack, type Lineage } from '../soak/hour/content.ts';
import { quantile, steadiness } from '../soak/hour/steady.ts';

const VM = 74_001;
const N = FIRST_NUMBER;
const ALL: Lineage = [{ from: N, to: Infinity }];

/** Both disks after these numbers were written, the last one to the first disk alone if that is said. */
function disks(numbers: readonly number[], torn = false): Buffer[] {
  return [0, 1].map((index) => {
    const disk = Buffer.alloc(PLACES * 65_536);
    for (const number of torn && index === 1 ? numbers.slice(0, -1) : numbers) {
      disk.write(`${VM} ${number}.`.repeat(BLOCK_BYTES / 16), (number % PLACES) * 65_536);
    }
    return disk;
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('what the disks of a guest may hold', () => {
  it('is all that was written up to an instant, for nothing, a few and more than there is room for', () => {
    for (const numbers of [[], range(N, N), range(N, N + 30), range(N, N + 3 * PLACES + 7)]) {
      const newest = numbers.at(-1) ?? N - 1;
      expect(examine(VM, disks(numbers), ALL)).toEqual({ newest, wrong: [] });
      if (numbers.length > 0) expect(examine(VM, disks(numbers, true), ALL)).toEqual({ newest, wrong: [] });
    }
  });

  it('is what was written before and after it was put back', () => {
    const lineage = putBack(ALL, N + 250, N + 5000);
    const numbers = [...range(N, N + 250), ...range(N + 5000, N + 5030)];
    expect(examine(VM, disks(numbers), lineage)).toEqual({ newest: N + 5030, wrong: [] });
    const next = [...range(N, N + 250), N + 5000];
    expect(examine(VM, disks(next, true), lineage)).toEqual({ newest: N + 5000, wrong: [] });
    const again = putBack(lineage, N + 5010, N + 9000);
    expect(again).toEqual([
      { from: N, to: N + 250 },
      { from: N + 5000, to: N + 5010 },
      { from: N + 9000, to: Infinity },
    ]);
    expect(examine(VM, disks([...numbers, N + 5031]), again).wrong).not.toEqual([]);
  });

  it('is not a block that is lost, old, of another guest, damaged or in a wrong place', () => {
    const numbers = range(N, N + 2 * PLACES);
    const lost = disks(numbers);
    lost[1]?.fill(0, 65_536 * 7, 65_536 * 7 + BLOCK_BYTES);
    expect(examine(VM, lost, ALL).wrong).toEqual([expect.stringMatching(/^vdc: place 7 holds nothing and not/)]);
    const old = disks(numbers.filter((number) => number !== N + PLACES + 9));
    expect(examine(VM, old, ALL).wrong).toHaveLength(2);
    expect(examine(VM + 1, disks(numbers), ALL).wrong.length).toBeGreaterThan(PLACES);
    const damaged = disks(numbers);
    damaged[0]?.write('x', 65_536 * 3 + 4000);
    expect(examine(VM, damaged, ALL).wrong[0]).toMatch(/place 3 holds what was never written/);
    const misplaced = disks(numbers);
    misplaced[0]?.copy(misplaced[0], 65_536, 0, BLOCK_BYTES);
    expect(examine(VM, misplaced, ALL).wrong[0]).toMatch(/place 1 holds \d+, which belongs elsewhere/);
  });

  it('is of one instant', () => {
    const [early] = disks(range(N, N + 10));
    const [late] = disks(range(N, N + 12));
    if (!early || !late) throw new Error('no disks');
    for (const pair of [
      [late, early],
      [early, late],
    ]) {
      expect(examine(VM, pair, ALL).wrong).toEqual([expect.stringMatching(/not of one instant/)]);
    }
  });
});

it('hears the last number that a guest has said', () => {
  expect(lastSaid('GUEST READY\r\n#1 done 0\n\nw 100000007\n\nw 100000008\r\nw 1000')).toBe(100_000_008);
  expect(lastSaid('GUEST READY\n')).toBeUndefined();
});

describe('growth', () => {
  const samples = (value: (at: number) => number) =>
    Array.from({ length: 100 }, (_, at) => ({ atMs: at * 1000, value: value(at) }));

  it('is neither what comes and goes, nor a peak, nor what happens while all is new', () => {
    for (const value of [
      (at: number) => 100 + (at % 7),
      (at: number) => (at === 90 ? 5000 : 100),
      (at: number) => Math.min(at * 8, 200),
    ]) {
      expect(steadiness(samples(value), { share: 0.1 })).toMatchObject({ steady: true });
    }
  });

  it('is what goes on, under noise as well', () => {
    const found = steadiness(
      samples((at) => 100 + at + ((at * 37) % 11)),
      { share: 0.1 },
    );
    expect(found.steady).toBe(false);
    expect(found.growth).toBeGreaterThan(70);
    expect(
      steadiness(
        samples((at) => 100 + at),
        { share: 0.1, least: 80 },
      ).steady,
    ).toBe(true);
  });

  it('has quantiles of what there is', () => {
    expect(quantile(range(1, 100), 0.99)).toBe(99);
    expect([quantile([5], 0.5), quantile([3, 1, 2], 0.5), quantile([], 0.5)]).toEqual([5, 2, NaN]);
  });
});
