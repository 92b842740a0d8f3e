import { expect, it } from 'vitest';
import { searchOf, signInSearch } from './search.ts';

it('keeps what pages use and nothing else', () => {
  expect(searchOf({ q: 12, sort: '-name', tab: 'log', evil: 'x', view: {} })).toEqual({
    q: '12',
    sort: '-name',
    tab: 'log',
  });
});

it.each([
  ['/jobs?q=a', { to: '/jobs?q=a' }],
  ['//evil.example', {}],
  ['/\\evil.example', {}],
  ['/\t/evil.example', {}],
  ['https://evil.example', {}],
  [undefined, {}],
])('goes after signing in only to places of this console: %s', (to, expected) => {
  expect(signInSearch({ to })).toEqual(expected);
});
