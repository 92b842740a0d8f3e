import { expect, it } from 'vitest';
import { together, touches } from './changes.ts';

const vm = { noun: 'vm', ids: [3] };

it('touches the pool of its noun, its objects, and what is summed up from it', () => {
  expect(touches(vm, ['vm', 'pool', 'one.vmpool.info', {}])).toBe(true);
  expect(touches(vm, ['vm', 3, 'one.vm.info', {}])).toBe(true);
  expect(touches(vm, ['vm', 4, 'one.vm.info', {}])).toBe(false);
  expect(touches(vm, ['image', 3])).toBe(false);
  expect(touches(vm, ['system', 'pool', 'one.system.summary', {}])).toBe(true);
  expect(touches(vm, ['session'])).toBe(false);
  expect(touches({ noun: 'vm', ids: [] }, ['vm', 4])).toBe(true);
});

it('touches rights over the objects that changed, and all when rules or groups do', () => {
  expect(touches(vm, ['rights', 'vm', [1, 3]])).toBe(true);
  expect(touches(vm, ['rights', 'vm', [1]])).toBe(false);
  expect(touches({ noun: 'acl', ids: [1] }, ['rights', 'vm', [1]])).toBe(true);
  expect(touches({ noun: 'run', ids: [] }, ['rights', 'vm', [1]])).toBe(false);
});

it('puts together what was told of one noun', () => {
  expect(together([vm, { noun: 'vm', ids: [4, 3] }, { noun: 'image', ids: [1] }])).toEqual([
    { noun: 'vm', ids: [3, 4] },
    { noun: 'image', ids: [1] },
  ]);
  expect(together([vm, { noun: 'vm', ids: [] }, vm])).toEqual([{ noun: 'vm', ids: [] }]);
});
