import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CODE } from './errors.ts';
import { checkName, checkUserName } from './names.ts';

const FORBIDDEN = '& | : \\ " ; / \' # { } $ < > \n \t \0 \u001f'.split(' ');

it.each(FORBIDDEN)('no name may contain %j', (character) => {
  const error = expect.objectContaining({
    code: CODE.ALLOCATE,
    message: expect.stringContaining(JSON.stringify(character)) as string,
  }) as Error;
  for (const name of [character, `a${character}`, `${character}a`]) expect(() => checkName(name)).toThrow(error);
});

it('any other text of up to 128 characters is a name, and comes back as it is', () => {
  const allowed = fc.string({ minLength: 1, maxLength: 128, unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(allowed, (name) => {
      fc.pre(!FORBIDDEN.some((character) => name.includes(character)));
      expect(checkName(name)).toBe(name);
    }),
  );
  expect(checkName('0 01-Dec 13.36.56')).toBe('0 01-Dec 13.36.56');
  expect(checkName('Größe 名前')).toBe('Größe 名前');
  expect(checkName('x'.repeat(128))).toHaveLength(128);
});

it('empty and endless ones are refused', () => {
  expect(() => checkName('')).toThrow('NAME is empty; give the object a name.');
  expect(() => checkName('x'.repeat(129))).toThrow('NAME has 129 characters; at most 128 are possible.');
});

it("a user's name has neither blanks nor colons", () => {
  expect(checkUserName('ann.b@example')).toBe('ann.b@example');
  for (const name of ['a b', 'a:b', 'a\tb', 'a\u00a0b', '']) expect(() => checkUserName(name)).toThrow('NAME');
});
