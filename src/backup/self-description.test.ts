// What a snapshot says it stands on: an increment on its parent's newest layer, a point of slices on nothing.
import { expect, it } from 'vitest';
import type { BackupPlan } from './plan.ts';
import { describeBackup, type DescribedRun } from './self-description.ts';

const PARENT = { imageId: 4, point: { id: 2, layers: [{ pointId: 0 }, { pointId: 2 }] } } as BackupPlan['parent'];

const described = (plan: Partial<BackupPlan>): unknown => {
  const vm = {
    ...{ id: 7, name: 'web', uid: 0, gid: 0, uname: '', gname: '' },
    backups: { config: { mode: 'INCREMENT' } },
  };
  const run = {
    ...{ installation: 'one', operationId: 'aa', vm, chain: { chain: 'a0' }, directory: '/b' },
    vmTemplate: [],
  };
  const whole = { pointId: 3, reason: 'so', disks: [], parent: PARENT, ...plan };
  const { chain, point } = describeBackup({ ...run, plan: whole } as unknown as DescribedRun);
  return [chain, point.id, point.below];
};

it.each([
  ['QCOW2', PARENT, ['a0', 3, 2]],
  ['SLICES', PARENT, ['a0', 3, -1]],
  ['QCOW2', null, ['aa', 3, -1]],
] as const)('%s', (layout, parent, says) => {
  expect(described({ layout, parent })).toEqual(says);
});
