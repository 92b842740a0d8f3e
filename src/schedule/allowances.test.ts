import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../model/limits.ts';
import { MB } from '../model/load-limits.ts';
import { allowances, type Flow } from './allowances.ts';
import type { Rules } from './places.ts';

const rules: Rules = {
  limits: { ...DEFAULT_LIMITS, networks: [{ name: 'rack', maxBackups: 0, bytesPerSec: 10 * MB }] },
  hosts: new Map([
    [1, { maxBackups: undefined, weight: 10, network: undefined }],
    [2, { maxBackups: undefined, weight: 30, network: undefined }],
    [3, { maxBackups: undefined, weight: 10, network: 'rack' }],
    [4, { maxBackups: undefined, weight: 10, network: 'gone' }],
  ]),
  datastores: new Map([
    [100, { maxBackups: undefined, weight: 10, bytesPerSec: 40 * MB }],
    [101, { maxBackups: undefined, weight: 10, bytesPerSec: 4 * MB }],
  ]),
};
const flow = (id: string, hostId: number, ...datastoreIds: number[]): Flow => ({
  ...{ id, hostId, datastoreIds, moves: undefined, allowed: undefined },
});
const mb = (...flows: Flow[]): Record<string, number> =>
  Object.fromEntries([...allowances(flows, rules)].map(([id, bytes]) => [id, bytes / MB]));

it('runs of a datastore share what it takes, by the weights of their hosts', () => {
  expect(mb(flow('a', 1, 100), flow('b', 2, 100), flow('none', 2, 102))).toEqual({ a: 10, b: 30 });
});

it('the smallest share counts: of each datastore, and of the network', () => {
  expect(mb(flow('copy', -1, 100, 101))).toEqual({ copy: 4 });
  expect(mb(flow('a', 3, 100), flow('b', 3, 102), flow('c', 4, 102))).toEqual({ a: 5, b: 5 });
});
