import { expect, it } from 'vitest';
import { isServerName } from './server-name.ts';

it.each(['localhost', 'vault.example', 'a-b.c1', 'my_host', '192.0.2.1', '::1', '2001:db8::1'])('takes %s', (name) =>
  expect(isServerName(name)).toBe(true),
);

it.each([
  '',
  'a b',
  'a,DNS:b',
  'a\nb',
  '*.example',
  '-a',
  'a-',
  '.a',
  'a..b',
  'a'.repeat(64),
  '[::1]',
  ':::',
  '1::2::3',
  'a/b',
  'ä',
])('does not take %j', (name) => expect(isServerName(name)).toBe(false));
