import { expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { readAuditFilter } from './audit-filter.ts';

it('says which records', () => {
  const template: Attributes = [
    ['UID', '-1'],
    ['OBJECT', 'vm:3'],
    ['METHOD', 'one.vm.delete'],
    ['FROM', '10'],
    ['TO', '20'],
  ];
  expect(readAuditFilter(template)).toEqual({
    ...{ uid: -1, object: 'vm:3', method: 'one.vm.delete', sinceMs: 10_000, untilMs: 20_000 },
  });
  expect(readAuditFilter([])).toEqual({});
});

it.each([
  ['UID', 'ann'],
  ['OBJECT', 'vm 3'],
  ['METHOD', 'a"b'],
  ['FROM', 'yesterday'],
  ['TO', '-1'],
])('refuses %s="%s", naming it', (name, value) =>
  expect(() => readAuditFilter([[name, value]])).toThrow(`${name}="${value}" is not right; it must be `),
);

it('refuses what it does not know, rather than show more than was asked for', () => {
  expect(() => readAuditFilter([['COLOR', 'red']])).toThrow(/COLOR .* there are UID, OBJECT/);
  expect(() => readAuditFilter([['UID', [['A', 'b']]]])).toThrow(/UID is no plain value/);
});
