import { expect, it } from 'vitest';
import { CODE } from '../model/errors.ts';
import { phrase } from './phrases.ts';

it.each([
  ['one.group.allocate', CODE.ALLOCATE, 'NAME is empty.', 'Error allocating a new group. NAME is empty.'],
  ['one.template.instantiate', CODE.ALLOCATE, 'No CPU.', 'Error allocating a new virtual machine. No CPU.'],
  ['one.vm.disksaveas', CODE.ALLOCATE, 'Taken.', 'Error allocating a new image. Taken.'],
  ['one.template.clone', CODE.ALLOCATE, 'Error allocating a new image. No.', 'Error allocating a new image. No.'],
  ['one.dance.allocate', CODE.ALLOCATE, 'No.', 'No.'],
  ['one.vm.rename', CODE.ACTION, 'NAME is empty.', 'NAME is empty.'],
  ['one.vm.update', CODE.AUTHORIZATION, 'RAW is restricted.', 'User [7] : RAW is restricted.'],
  ['one.vm.update', CODE.AUTHORIZATION, 'User [7] : No.', 'User [7] : No.'],
  ['one.vm.allocate', CODE.AUTHORIZATION, 'Group [1] : limit.', 'Group [1] : limit.'],
] as const)('%s, code %d: %s', (method, code, message, shown) => {
  expect(phrase(method, { code, message }, 7)).toBe(shown);
});

it('names nobody when nobody is known', () => {
  expect(phrase('one.vm.update', { code: CODE.AUTHORIZATION, message: 'No.' }, -1)).toBe('No.');
});
