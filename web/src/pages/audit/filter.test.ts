import { expect, it } from 'vitest';
import { ANYTHING, filterText } from './filter.ts';

it('asks for anything when nothing was typed', () => expect(filterText(ANYTHING)).toBe(''));

it('asks for what was typed', () => {
  const typed = { user: '-1', object: 'vm:3', method: 'one.vm.delete', from: '2026-11-01T00:00Z', to: '' };
  expect(filterText(typed)).toBe('UID="-1"\nOBJECT="vm:3"\nMETHOD="one.vm.delete"\nFROM="1793491200"');
});

it('leaves out what is not right yet', () => {
  expect(filterText({ ...ANYTHING, object: 'vm:', method: 'a"b', to: 'soon' })).toBe('');
});
