import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../model/limits.ts';
import { NO_LOAD, type Wanting } from './admission.ts';
import { admit, noTurnsOfPlaces, type Given } from './admit.ts';
import { NO_PLACES, type Rules } from './places.ts';

const NOW = 1_800_000_000;
const open: Rules = { limits: { ...DEFAULT_LIMITS, maxBackups: 0, maxBackupsHost: 0 }, ...NO_PLACES };
const given = (change: Partial<Given> = {}): Given => ({
  ...{ load: NO_LOAD(), rules: open, turns: noTurnsOfPlaces(), nowSec: NOW, most: 50 },
  ...change,
});
const one = (vmId: number, change: Partial<Wanting> = {}): Wanting => ({
  ...{ vmId, hostId: 1, datastoreId: 100, priority: 50, sinceSec: NOW, windows: [], source: { kind: 'direct' } },
  ...change,
});
const many = (first: number, count: number, change: Partial<Wanting>): Wanting[] =>
  Array.from({ length: count }, (_, index) => one(first + index, change));
const ids = (all: readonly Wanting[]): number[] => all.map(({ vmId }) => vmId);

it('the many VMs of one host do not keep those of another waiting', () => {
  const all = [...many(0, 40, { hostId: 1 }), ...many(100, 2, { hostId: 2 })];
  const { begin, waiting } = admit(all, given({ most: 4 }));
  expect(ids(begin)).toEqual([0, 100, 1, 101]);
  expect(waiting).toHaveLength(38);
  expect(waiting[0]?.reason).toBe('it is about to begin');
});

it('datastores take turns by their BACKUP_WEIGHT, whatever hosts they have', () => {
  const weight = (of: number) => ({ maxBackups: undefined, weight: of, bytesPerSec: undefined });
  const rules = { ...open, datastores: new Map([[101, weight(30)]]) };
  const all = [
    ...many(0, 50, { datastoreId: 100 }),
    ...many(50, 50, { datastoreId: 100, hostId: 2 }),
    ...many(100, 50, { datastoreId: 101 }),
  ];
  const to = (datastoreId: number): number => begin.filter((candidate) => candidate.datastoreId === datastoreId).length;
  const { begin } = admit(all, given({ rules, most: 40 }));
  expect([to(100), to(101)]).toEqual([10, 30]);
});

it('turns are remembered from one look to the next', () => {
  const turns = noTurnsOfPlaces();
  const all = [...many(0, 10, { hostId: 1 }), ...many(100, 10, { hostId: 2 })];
  expect(ids(admit(all, given({ turns, most: 1 })).begin)).toEqual([0]);
  expect(ids(admit(all, given({ turns, most: 1 })).begin)).toEqual([100]);
});

it('what is more urgent goes first, whoever had a turn', () => {
  const turns = noTurnsOfPlaces();
  admit(many(0, 30, { hostId: 1 }), given({ turns }));
  const all = [one(200, { hostId: 2 }), one(201, { hostId: 1, priority: 60 })];
  expect(ids(admit(all, given({ turns, most: 1 })).begin)).toEqual([201]);
});

const cloud = fc.array(
  fc.record({
    hostId: fc.nat(5),
    datastoreId: fc.integer({ min: 100, max: 102 }),
    priority: fc.constantFrom(10, 50),
    waitedSec: fc.nat(2000),
    jobId: fc.nat(3),
  }),
  { maxLength: 60 },
);
type Drawn = Parameters<Parameters<typeof cloud.map>[0]>[0][number];
const drawn = (all: readonly Drawn[]): Wanting[] =>
  all.map(({ jobId, waitedSec, ...rest }, vmId) =>
    one(vmId, {
      ...{ ...rest, ...(jobId > 1 && { datastoreId: 100, priority: 50 }) }, // as its job says
      sinceSec: NOW - waitedSec,
      source: { kind: 'job', jobId, sequential: jobId > 1, underWay: 0 },
    }),
  );
const limited: Rules = {
  limits: { ...DEFAULT_LIMITS, maxBackups: 7, maxBackupsHost: 3 },
  hosts: new Map([
    [0, { maxBackups: 1, weight: 1, network: undefined }],
    [1, { maxBackups: 0, weight: 40, network: undefined }],
  ]),
  datastores: new Map([[100, { maxBackups: 2, weight: 5, bytesPerSec: undefined }]]),
};

it('passes no limit, lets nobody wait who could begin, and loses nobody', () => {
  fc.assert(
    fc.property(cloud, (all) => {
      const candidates = drawn(all);
      const load = NO_LOAD();
      const { begin, waiting } = admit(candidates, given({ load, rules: limited }));
      expect(ids([...begin, ...waiting.map(({ candidate }) => candidate)]).sort((a, b) => a - b)).toEqual(
        ids(candidates),
      );
      const count = (matches: (candidate: Wanting) => boolean): number => begin.filter(matches).length;
      expect(begin.length).toBeLessThanOrEqual(7);
      expect(count(({ hostId }) => hostId === 0)).toBeLessThanOrEqual(1);
      for (const host of [2, 3, 4, 5]) expect(count(({ hostId }) => hostId === host)).toBeLessThanOrEqual(3);
      expect(count(({ datastoreId }) => datastoreId === 100)).toBeLessThanOrEqual(2);
      const again = admit(
        waiting.map(({ candidate }) => candidate),
        given({ load, rules: limited }),
      );
      expect(again.begin).toEqual([]);
    }),
  );
});

it('keeps the order of a host, and of a job that goes one after the other', () => {
  fc.assert(
    fc.property(cloud, (all) => {
      const candidates = drawn(all.map((one) => ({ ...one, priority: 50, waitedSec: 0 })));
      const { begin } = admit(candidates, given({ most: Infinity }));
      const parallel = begin.filter(({ source }) => source.kind === 'job' && !source.sequential);
      for (const line of Object.values(Object.groupBy(parallel, (one) => `${one.hostId} ${one.datastoreId}`))) {
        expect(ids(line ?? [])).toEqual(ids(line ?? []).sort((a, b) => a - b));
      }
      for (const jobId of [2, 3]) {
        const ofJob = ({ source }: Wanting): boolean =>
          source.kind === 'job' && source.sequential && source.jobId === jobId;
        expect(begin.find(ofJob)?.vmId).toBe(candidates.find(ofJob)?.vmId);
      }
    }),
  );
});

it('nobody starves: with room for one at a look, every backup begins', () => {
  fc.assert(
    fc.property(cloud, (all) => {
      const turns = noTurnsOfPlaces();
      let left = drawn(all);
      for (let look = 0; left.length > 0; look++) {
        expect(look).toBeLessThanOrEqual(all.length);
        const { begin } = admit(left, given({ turns, rules: limited, most: 1 }));
        expect(begin).toHaveLength(1); // those of the look before have ended
        left = left.filter((one) => one.vmId !== begin[0]?.vmId);
      }
    }),
  );
});
