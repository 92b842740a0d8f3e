import { expect, it } from 'vitest';
import { chanceOf, classOf, coveringCases, everyCase, modesOf, notTried, type Runs } from '../faults/loop/cases.ts';

const read = classOf('sqlite.all', 'backup/run.ts:80 store/pool.ts:68');
const write = classOf('sqlite.run', 'backup/run.ts:91 store/pool.ts:100');
const make = classOf('fs.mkdir', 'mover/backup.ts:56');
const look = classOf('fs.stat', 'backup/allocated.ts:19');
const seldom = classOf('fs.rm', 'mover/undo.ts:18');
const runs: Runs = new Map([
  [
    'backup',
    [
      [read, write, write, make, look, seldom],
      [read, write, write, write, make, look],
    ],
  ],
  [
    'job',
    [
      [write, make],
      [write, make],
    ],
  ],
]);

it('knows which modes differ', () => {
  expect(modesOf(read, false)).toEqual(['fail', 'die']);
  expect(modesOf(read, true)).toEqual(['fail']);
  expect(modesOf(write, false)).toEqual(['fail', 'before', 'die']);
  expect(modesOf(make, true)).toEqual(['fail', 'hang', 'die']);
  expect(modesOf(look, true)).toEqual(['fail', 'hang']);
  const every = everyCase([read, write, write, make], true);
  expect(every).toHaveLength(2 + 3 + 3 + 4);
  expect(every).toContainEqual({ call: write, nth: 1, mode: 'before' });
});

it('covers every call in every mode, whatever chance says', () => {
  const sets = [1, 2, 3, 4].map((seed) => coveringCases(runs, chanceOf(seed)));
  for (const set of sets) {
    expect(notTried(runs, set)).toEqual([]);
    expect(set.filter(({ call }) => call === seldom)).toEqual([]);
    for (const dropped of set)
      expect(
        notTried(
          runs,
          set.filter((one) => one !== dropped),
        ),
      ).not.toEqual([]);
    for (const { call, nth } of set) expect(nth).toBeLessThan(call === write ? 2 : 1);
  }
  expect(new Set(sets.map((set) => JSON.stringify(set))).size).toBeGreaterThan(1);
  expect(coveringCases(runs, chanceOf(7))).toEqual(coveringCases(runs, chanceOf(7)));
});
