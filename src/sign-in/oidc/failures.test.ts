import { ClientError } from 'openid-client';
import { expect, it } from 'vitest';
import { CODE, OneError } from '../../model/errors.ts';
import { whyOf } from './failures.ts';

const code = (cause: unknown, code?: string, message = 'a word of the library'): ClientError =>
  Object.assign(new ClientError(message, { cause }), { code });

it.each<[string, unknown, string]>([
  ['one of ours', new OneError(CODE.INTERNAL, 'It is so.', { hint: 'Do that.' }), 'It is so. Do that'],
  ['time', code(undefined, 'OAUTH_TIMEOUT'), 'it did not answer in time'],
  ['a connection', code(new Error('connect ECONNREFUSED 127.0.0.1:1')), 'connect ECONNREFUSED 127.0.0.1:1'],
  ['several connections', code(new AggregateError([new Error('first'), new Error('second')])), 'first'],
  ['a status', code(new Response(null, { status: 502 }), 'X', 'unexpected status'), 'unexpected status 502'],
  ['what only the library knows', code('secret text'), 'a word of the library'],
  ['anything', new Error('a\nb\u001b[31m'), 'a b [31m'],
  ['what is no error', 'text', 'text'],
])('says why in one line: %s', (_what, error, why) => {
  expect(whyOf(error)).toBe(why);
});
