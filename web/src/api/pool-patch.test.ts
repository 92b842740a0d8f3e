import { expect, it } from 'vitest';
import { isWhole, listIn, patched, spansOf } from './pool-patch.ts';

it('asks for what changed in few questions, or for all', () => {
  expect(spansOf([7, 3, 500], 10_000)).toEqual([
    { from: 3, to: 7 },
    { from: 500, to: 500 },
  ]);
  expect(spansOf([], 10_000)).toBeUndefined();
  expect(spansOf([1, 2, 3], 4)).toBeUndefined();
  expect(spansOf([0, 100, 200, 300, 400, 500, 600], 10_000)).toBeUndefined();
});

it('puts in place what changed, takes out what is gone and adds what is new', () => {
  const pool = [{ ID: 1 }, { ID: 2 }, { ID: 3 }, { ID: 9 }];
  const fresh = [{ ID: 3, NAME: 'new name' }, { ID: 4 }];
  const now = patched(pool, { from: 2, to: 4 }, fresh);
  expect(now).toEqual([{ ID: 1 }, { ID: 3, NAME: 'new name' }, { ID: 9 }, { ID: 4 }]);
  expect(now[0]).toBe(pool[0]);
});

it('knows the list of a pool', () => {
  const found = listIn({ VM_POOL: { VM: [{ ID: 1 }] } });
  expect(found?.list).toEqual([{ ID: 1 }]);
  expect(found?.with([])).toEqual({ VM_POOL: { VM: [] } });
  expect(listIn({ USER_POOL: { USER: [], QUOTAS: [] } })).toBeUndefined();
  expect(listIn({ BACKUP_STATUS: { TIME: 1 } })).toBeUndefined();
  expect(listIn(5)).toBeUndefined();
});

it('patches only lists of everything', () => {
  expect(isWhole({ filter: -2, from: -1, to: -1 })).toBe(true);
  expect(isWhole({ filter: -3, from: -1, to: -1 })).toBe(false);
  expect(isWhole({ filter: -2, from: 0, to: 10 })).toBe(false);
});
