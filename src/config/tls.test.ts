import { expect, it } from 'vitest';
import { readTls, type TlsTexts } from './tls.ts';

it('is both files or none', () => {
  expect(readTls({})).toBeUndefined();
  expect(readTls({ cert: '/a.pem', key: '/a.key' })).toEqual({ cert: '/a.pem', key: '/a.key' });
});

it('is a certificate of its own, for the names that are given and those that it is reached by', () => {
  expect(readTls({ tls: 'generate' })).toEqual({ names: [] });
  expect(readTls({ tls: 'GENERATE', names: 'a.example, 192.0.2.1 2001:db8::1' })).toEqual({
    names: ['a.example', '192.0.2.1', '2001:db8::1'],
  });
  const reached = { nodeUrl: 'https://node2.example:2633/RPC2', listenAddress: '192.0.2.7' };
  expect(readTls({ tls: 'generate', ...reached })).toEqual({ names: ['node2.example', '192.0.2.7'] });
  expect(readTls({ tls: 'generate', nodeUrl: 'https://[2001:db8::2]:1/RPC2', listenAddress: '::' })).toEqual({
    names: ['2001:db8::2'],
  });
});

it.each<[TlsTexts, string]>([
  [{ cert: '/a.pem' }, 'TLS_CERT="/a.pem" is not right: there is no TLS_KEY'],
  [{ key: '/a.key' }, 'TLS_KEY="/a.key" is not right: there is no TLS_CERT'],
  [{ cert: 'a.pem', key: '/a.key' }, 'TLS_CERT="a.pem" is not right: it must be an absolute path'],
  [{ tls: 'yes' }, 'TLS="yes" is not right: it must be generate'],
  [{ tls: 'generate', cert: '/a.pem' }, 'TLS_CERT="/a.pem" is not right: with TLS="generate"'],
  [{ tls: 'generate', key: '/a.key' }, 'TLS_KEY="/a.key" is not right: with TLS="generate"'],
  [{ tls: 'generate', names: 'a.example,b=c' }, 'TLS_NAMES="b=c" is not right: it must be names'],
  [{ tls: 'generate', names: '*.example' }, 'TLS_NAMES="*.example" is not right: it must be names'],
  [{ names: 'a.example' }, 'TLS_NAMES="a.example" is not right: it is for TLS="generate"'],
])('refuses %j', (texts, why) => expect(() => readTls(texts)).toThrow(why));
