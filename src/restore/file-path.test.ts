import { expect, it } from 'vitest';
import { reasonOf } from '../model/errors.ts';
import { readFilePath } from './file-path.ts';

it.each([
  ['/', '', '', '/'],
  ['', '', '', '/'],
  ['/disk.0', 'disk.0', '', '/'],
  ['disk.0/p1', 'disk.0', 'p1', '/'],
  ['/lvm/vg0-root//etc/./passwd/', 'lvm', 'vg0-root', '/etc/passwd'],
  ['/disk.0/p1/a\\x2fb', 'disk.0', 'p1', '/a/b'],
  ['/disk.0/p1/\\xff', 'disk.0', 'p1', '/\xff'],
])('%s', (text, disk, volume, inside) => {
  expect(readFilePath(text)).toEqual({ disk, volume, inside: Buffer.from(inside, 'latin1') });
});

it.each([
  ['/disk.0/p1/../../etc', /".." is not followed\. It has the form \/disk\.0\/p1\/etc\/passwd/],
  ['/disk.0/p1/a\\x00b', /it holds a NUL character/],
  [`/disk.0/p1/${'x/'.repeat(3000)}`, /it is longer than 4096 bytes/],
])('%s is refused', (text, why) => {
  let told = '';
  try {
    readFilePath(text);
  } catch (error) {
    told = reasonOf(error);
  }
  expect(told).toMatch(why);
});
