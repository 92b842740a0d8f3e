import { expect, it } from 'vitest';
import { OneError } from '../../model/errors.ts';
import { attribute, parseXml } from './xml-read.ts';

it('reads what libvirt writes', () => {
  expect(attribute(parseXml('<domain type="qemu"/>'), 'type')).toBe('qemu');
});

it.each([
  '',
  'no XML',
  '<a></b>',
  '<a',
  '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  '<!DOCTYPE a><a/>',
])('refuses %j', (xml) => {
  expect(() => parseXml(xml)).toThrow(OneError);
});
