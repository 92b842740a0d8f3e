import { expect, it } from 'vitest';
import { readTls } from './tls.ts';

it('is both files or none', () => {
  expect(readTls(undefined, undefined)).toBeUndefined();
  expect(readTls('/a.pem', '/a.key')).toEqual({ cert: '/a.pem', key: '/a.key' });
});

it.each([
  ['/a.pem', undefined, 'TLS_CERT="/a.pem" is not right: there is no TLS_KEY'],
  [undefined, '/a.key', 'TLS_KEY="/a.key" is not right: there is no TLS_CERT'],
  ['a.pem', '/a.key', 'TLS_CERT="a.pem" is not right: it must be an absolute path'],
])('refuses %s with %s', (cert, key, why) => expect(() => readTls(cert, key)).toThrow(why));
