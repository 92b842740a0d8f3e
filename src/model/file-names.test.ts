import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafeName, nameOfText, textOfName } from './file-names.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a name as text', () => {
  it.each([
    ['plain.txt', 'plain.txt'],
    ['two words', 'two words'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\nb', 'a\\x0ab'],
    ['back\\slash', 'back\\x5cslash'],
    ['\xff\xfe', '\\xff\\xfe'],
    ['n\xc3\xa4me', 'näme'],
    ['n\xc3\xa4me\xff', 'n\\xc3\\xa4me\\xff'],
    ['\xe2\x80\xaetxt.exe', '\\xe2\\x80\\xaetxt.exe'], // right to left
  ])('%j is %s', (name, text) => {
    expect(textOfName(bytes(name))).toBe(text);
    expect(nameOfText(text)).toEqual(bytes(name));
  });

  it('is always turned back into the same bytes, and never holds what a terminal obeys', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (name) => {
        const text = textOfName(name);
        expect(nameOfText(text)).toEqual(Buffer.from(name));
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

it.each(['', '.', '..', 'a/b', '/', 'a\0b', 'x'.repeat(256)])('%j may not be made here', (name) => {
  expect(isSafeName(bytes(name))).toBe(false);
});

it.each(['a', '...', '.hidden', '-rf', '\xff', 'x'.repeat(255)])('%j may be made here', (name) => {
  expect(isSafeName(bytes(name))).toBe(true);
});
