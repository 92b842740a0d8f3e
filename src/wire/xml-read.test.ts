import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readXml, XmlError } from './xml-read.ts';
import { branch, cdataLeaf, leaf, xmlSafe } from './xml-write.ts';

test('keeps the order of elements and all text', () => {
  const root = readXml(
    '<?xml version="1.0"?><!-- c --><A x="1" y=\'2\'>a<B>1</B>b<![CDATA[<c>]]><C/><B >&lt;2&#10;&#x41;</B ></A>\n',
  );
  expect(root.elements.map((element) => [element.name, element.text])).toEqual([
    ['B', '1'],
    ['C', ''],
    ['B', '<2\nA'],
  ]);
  expect(root.text).toBe('ab<c>');
  expect(root.hasCdata).toBe(true);
  expect(root.textOf('B')).toBe('1');
  expect(root.children('B').map((element) => element.text)).toEqual(['1', '<2\nA']);
  expect(root.textOf('NO/SUCH')).toBe('');
  expect(root.child('NO')).toBeUndefined();
});

test('any text survives as CDATA and as text', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '<', '>', ']', ']]>', '&', '\r', '\n', '\t', '\u0000', '\ud800', '😀'),
  });
  fc.assert(
    fc.property(text, (given) => {
      const root = readXml(branch('R', leaf('T', given), cdataLeaf('C', given)));
      expect(root.textOf('T')).toBe(xmlSafe(given));
      expect(root.textOf('C')).toBe(xmlSafe(given));
    }),
  );
});

test('what XML cannot carry is replaced', () => {
  expect(leaf('A', 'a\u0000\u001b[1m\ud800')).toBe('<A>a\ufffd\ufffd[1m\ufffd</A>');
});

test.each([
  ['', 'expected an element'],
  ['x<A/>', 'expected "<"'],
  ['<A/><B/>', 'expected nothing after the first element'],
  ['<A>', 'the end came before </A>'],
  ['<A><B></A></B>', 'expected </B>, found </A>'],
  ['</A>', '</A> closes nothing'],
  ['<A b=c/>', 'expected ">" at the end of <A>'],
  ['<A', 'expected ">" at the end of <A>'],
  ['<A></A', 'expected ">" after </A'],
  ['<1/>', 'expected a name after "<"'],
  ['<A><![CDATA[', 'the end came before "]]>"'],
  ['<![CDATA[a]]><A/>', 'text outside of the first element'],
  ['<A><!-- ', 'the end came before "-->"'],
  ['<A>&unknown;</A>', '"&unknown;" is no known character reference'],
  ['<A>&#0;</A>', '"&#0;" is no known character reference'],
  ['<A>a & b</A>', '"&" is no known character reference'],
  ['<!DOCTYPE A><A/>', 'a DOCTYPE or other declaration is not accepted'],
  ['<A>'.repeat(300), 'elements are nested deeper than 200'],
])('%j is refused', (source, problem) => {
  expect(() => readXml(source)).toThrow(XmlError);
  expect(() => readXml(source)).toThrow(problem);
});

test('no input does anything but read or fail with an XmlError', () => {
  const input = fc.string({
    unit: fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      'A',
      ' ',
      '"',
      '=',
      '&',
      ';',
      '#',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
    ),
  });
  fc.assert(
    fc.property(input, (source) => {
      try {
        readXml(source);
      } catch (error) {
        expect(error).toBeInstanceOf(XmlError);
      }
    }),
    { numRuns: 1000 },
  );
});
