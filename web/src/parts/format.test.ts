import { expect, it } from 'vitest';
import { bytesText, mibText, relativeText, spanText } from './format.ts';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [1023.9 * 1024, '1 MiB'],
  [123_456_789, '118 MiB'],
  [12_345_678_901, '11.5 GiB'],
  [2 ** 70, '1048576 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

it('writes MiB as the unit that fits', () => {
  expect(mibText(2048)).toBe('2 GiB');
});

it.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [61, '1 min 1 s'],
  [3600, '1 h'],
  [7500, '2 h 5 min'],
  [90_061, '1 d 1 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});

it.each([
  [1000, 'just now'],
  [1010, 'in a moment'],
  [880, '2 min ago'],
  [1000 + 7200, 'in 2 h'],
  [1000 - 86_400 * 3, '3 d ago'],
])('%d is %s', (at, text) => {
  expect(relativeText(at, 1000)).toBe(text);
});
