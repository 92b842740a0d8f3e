import { expect, it } from 'vitest';
import { pairsOf } from './names.ts';

it('reads pairs, each name once', () => {
  expect(pairsOf('--user', ['alice=al', 'bob=bo'])).toEqual(
    new Map([
      ['alice', 'al'],
      ['bob', 'bo'],
    ]),
  );
  expect(() => pairsOf('--user', ['alice'])).toThrow('--user alice is not right; it must be OLD=NEW.');
  expect(() => pairsOf('--user', ['a=b', 'a=c'])).toThrow('--user names a twice.');
});
