import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../model/limits.ts';
import { USUAL_WEIGHT } from '../model/load-limits.ts';
import { inOrder, jobIdOf, NO_LOAD, take, waitsFor, type Load, type Wanting } from './admission.ts';
import { NO_PLACES, type Rules } from './places.ts';

const NOW = 1_800_000_000; // a Friday, 08:00 UTC
const one = (change: Partial<Wanting> = {}): Wanting => ({
  ...{ vmId: 1, hostId: 5, datastoreId: 100, priority: 50, sinceSec: NOW, windows: [], source: { kind: 'direct' } },
  ...change,
});
const limits = { ...DEFAULT_LIMITS, maxBackups: 3, maxBackupsHost: 2 };
const rules: Rules = { limits, ...NO_PLACES };
const load = (
  ...under: Array<[vmId: number, hostId: number, jobId?: number | undefined, datastoreId?: number]>
): Load => {
  const all = NO_LOAD();
  for (const [vmId, hostId, jobId, datastoreId = 100] of under) take(all, { vmId, hostId, datastoreId, jobId }, ruled);
  return all;
};
const weight = USUAL_WEIGHT;
const ruled: Rules = {
  limits: { ...limits, networks: [{ name: 'storage', maxBackups: 1, bytesPerSec: undefined }] },
  hosts: new Map([
    [6, { maxBackups: 1, weight, network: undefined }],
    [7, { maxBackups: 0, weight, network: undefined }],
    [8, { maxBackups: undefined, weight, network: 'storage' }],
    [9, { maxBackups: undefined, weight, network: 'storage' }],
  ]),
  datastores: new Map([[101, { maxBackups: 1, weight, bytesPerSec: undefined }]]),
};

describe('a backup', () => {
  it.each<[string, Wanting, Load, string | undefined]>([
    ['begins when nothing runs', one(), load(), undefined],
    ['begins beside another on its host', one(), load([2, 5]), undefined],
    ['waits for a full host', one(), load([2, 5], [3, 5]), '2 backups run on host 5, and MAX_BACKUPS_HOST is 2'],
    ['is not held back by the full host of others', one({ hostId: 6 }), load([2, 5], [3, 5]), undefined],
    ['waits when there are enough in all', one(), load([2, 6], [3, 7], [4, 8]), '3 backups run, and MAX_BACKUPS is 3'],
    ['waits for another of its VM', one(), load([1, 5]), 'another backup of VM 1 is under way'],
    [
      'waits for its turn in a sequential job',
      one({ source: { kind: 'job', jobId: 7, sequential: true, underWay: 0 } }),
      load([2, 6, 7]),
      'backup job 7 backs up one VM after the other (EXECUTION is SEQUENTIAL)',
    ],
    [
      'waits for a VM of its sequential job that another node backs up',
      one({ source: { kind: 'job', jobId: 7, sequential: true, underWay: 1 } }),
      load(),
      'backup job 7 backs up one VM after the other (EXECUTION is SEQUENTIAL)',
    ],
    [
      'goes beside others of a parallel job',
      one({ source: { kind: 'job', jobId: 7, sequential: false, underWay: 0 } }),
      load([2, 6, 7]),
      undefined,
    ],
    [
      'of a VM on no host is tried, to be told why not',
      one({ hostId: undefined }),
      load([2, 6], [3, 7], [4, 8]),
      undefined,
    ],
    [
      'waits for its window',
      one({ windows: [{ of: 'datastore 100', windows: [{ days: [5], fromMin: 22 * 60, toMin: 360, zone: 'UTC' }] }] }),
      load(),
      'the BACKUP_WINDOW of datastore 100 opens at 2027-01-15T22:00Z',
    ],
  ])('%s', (_what, candidate, under, waits) => {
    expect(waitsFor(candidate, under, rules, NOW)).toBe(waits);
  });

  it('has no limit when that is 0', () => {
    const under = load(...Array.from({ length: 50 }, (_, index): [number, number] => [100 + index, 5]));
    const none = { ...limits, maxBackups: 0, maxBackupsHost: 0 };
    expect(waitsFor(one(), under, { ...rules, limits: none }, NOW)).toBeUndefined();
  });
});

it.each<[string, Wanting, Load, string | undefined]>([
  ['a host', one({ hostId: 6 }), load([2, 6]), '1 backup runs on host 6, and its MAX_BACKUPS is 1'],
  ['a host without a limit', one({ hostId: 7 }), load([2, 7], [3, 7]), undefined],
  [
    'a datastore',
    one({ datastoreId: 101 }),
    load([2, 6, undefined, 101]),
    '1 backup runs to datastore 101, and its MAX_BACKUPS is 1',
  ],
  ['a datastore beside a full one', one({ datastoreId: 102 }), load([2, 6, undefined, 101]), undefined],
  ['a network', one({ hostId: 9 }), load([2, 8]), '1 backup runs over network storage, and its MAX_BACKUPS is 1'],
  ['a host that is on no network', one(), load([2, 8]), undefined],
])('what %s takes is its own to say', (_what, candidate, under, waits) => {
  expect(waitsFor(candidate, under, ruled, NOW)).toBe(waits);
});

it('a higher priority goes first, then the longer wait; a long wait makes up for any priority', () => {
  const order = (...all: Wanting[]): number[] => inOrder(all, NOW).map(({ vmId }) => vmId);
  expect(order(one({ vmId: 1, priority: 10 }), one({ vmId: 2, priority: 90 }))).toEqual([2, 1]);
  expect(order(one({ vmId: 1 }), one({ vmId: 2, sinceSec: NOW - 60 }))).toEqual([2, 1]);
  expect(order(one({ vmId: 1, priority: 99 }), one({ vmId: 2, priority: 0, sinceSec: NOW - 86_400 }))).toEqual([1, 2]);
  expect(order(one({ vmId: 1, priority: 99 }), one({ vmId: 2, priority: 0, sinceSec: NOW - 90_000 }))).toEqual([2, 1]);
});

it('one pass in order never passes a limit, and leaves nobody waiting who could begin', () => {
  const candidates = fc.array(
    fc.record({
      vmId: fc.nat(30),
      hostId: fc.nat(4),
      priority: fc.nat(99),
      jobId: fc.nat(3),
      sequential: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(candidates, fc.nat(6), fc.nat(3), (all, maxBackups, maxBackupsHost) => {
      const some: Rules = { ...rules, limits: { ...limits, maxBackups, maxBackupsHost } };
      const now = NO_LOAD();
      const left: Wanting[] = [];
      const mapped = all.map(({ jobId, sequential, ...rest }) =>
        one({ ...rest, source: { kind: 'job', jobId, sequential: sequential && jobId > 0, underWay: 0 } }),
      );
      for (const candidate of inOrder(mapped, NOW)) {
        if (waitsFor(candidate, now, some, NOW) !== undefined) left.push(candidate);
        else take(now, { ...candidate, jobId: jobIdOf(candidate) }, some);
      }
      if (maxBackups > 0) expect(now.total).toBeLessThanOrEqual(maxBackups);
      if (maxBackupsHost > 0)
        for (const count of now.byHost.values()) expect(count).toBeLessThanOrEqual(maxBackupsHost);
      expect(now.vms.size).toBe(now.total);
      for (const candidate of left) expect(waitsFor(candidate, now, some, NOW)).toBeDefined();
    }),
  );
});
