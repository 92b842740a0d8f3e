import { expect, it } from 'vitest';
import { refusesBeside } from './versions.ts';

it.each([
  ['0.2.0', ['0.1.9', '0.2.3', '0.3.0'], true],
  ['0.2.0', [], true],
  ['0.3.0', ['0.2.0', '0.1.0'], false],
  ['0.1.0', ['0.3.0'], false],
  ['1.0.0', ['0.9.0'], false],
  ['0.1.0', ['unknown'], false],
])('version %s beside %j: %s', (mine, others, may) => {
  expect(refusesBeside(mine, others) === undefined).toBe(may);
});

it('says which one is in the way', () => {
  expect(refusesBeside('0.3.0', ['0.2.0', '0.1.0'])).toContain('version 0.1.0');
});
