// That the daemon reads what is written here is shown in tests/unit/console.
import { expect, it } from 'vitest';
import { templateText, textOf, vectorsOf } from './template-text.ts';

it('writes texts, numbers, truth values and vectors, and leaves out what is undefined', () => {
  const text = templateText({
    NAME: 'a "b"',
    KEEP_LAST: 3,
    RESET: true,
    MODE: undefined,
    DISK: [{ ID: 0 }, { ID: 1 }],
  });
  expect(text).toBe('NAME="a \\"b\\""\nKEEP_LAST="3"\nRESET="YES"\nDISK=[ID="0"]\nDISK=[ID="1"]');
});

it('finds the text that counts and all vectors of a name', () => {
  const attributes = { A: ['1', '2'], DISK: { ID: '0' }, N: '5' };
  expect(textOf(attributes, 'A')).toBe('2');
  expect(textOf(attributes, 'DISK')).toBeUndefined();
  expect(vectorsOf(attributes, 'DISK')).toEqual([{ ID: '0' }]);
  expect(vectorsOf(attributes, 'NIC')).toEqual([]);
});
