import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attributes, Vector } from '../model/attributes.ts';
import { OneError } from '../model/errors.ts';
import { formatTemplate, parseTemplate } from './template-text.ts';
import { alphabetical, templateXml } from './template-xml.ts';
import { xmlSafe } from './xml-write.ts';

const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
// Texts rich in what the two syntaxes treat specially.
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('\\', '"', '\n', '\r', ' ', '#', '[', ']', ',', '=', '<', '>', '&', 'a', ']]>', '&#13;'),
  }),
);
const vector = (value: fc.Arbitrary<string>, minLength: number): fc.Arbitrary<Vector> =>
  fc.array(fc.tuple(name, value), { minLength, maxLength: 4 });
const attributes = (value: fc.Arbitrary<string>, minLength: number): fc.Arbitrary<Attributes> =>
  fc.array(fc.tuple(name, fc.oneof(value, vector(value, minLength))), { maxLength: 6 });

test('what formatTemplate writes is read back unchanged', () => {
  fc.assert(
    fc.property(attributes(anyText, 0), (given) => {
      expect(parseTemplate(formatTemplate(given))).toEqual(given);
    }),
  );
});

test('what templateXml writes is read back unchanged', () => {
  const xmlText = anyText.map(xmlSafe);
  fc.assert(
    fc.property(attributes(xmlText, 1), (given) => {
      expect(parseTemplate(templateXml(given))).toEqual(given);
    }),
  );
});

test('no input does anything but parse or fail with a OneError', () => {
  const input = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('A', 'b', ' = ', '"', '\\', '[', ']', ',', '#', '\n', '<', '</A>', '<A>', '>', '&'),
    }),
  );
  fc.assert(
    fc.property(input, (text) => {
      try {
        parseTemplate(text);
      } catch (error) {
        expect(error).toBeInstanceOf(OneError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a template of a megabyte of trouble is dealt with in linear time', () => {
  const trouble = [
    'A="' + '\\'.repeat(1e6),
    'A="' + '\\"'.repeat(5e5),
    '#\n'.repeat(5e5),
    'A=[B='.repeat(2e5),
    ' '.repeat(1e6) + '<',
  ];
  for (const text of trouble) {
    try {
      parseTemplate(text);
    } catch (error) {
      expect(error).toBeInstanceOf(OneError);
    }
  }
});

test('reads what users write', () => {
  const text = `# a VM
NAME   = "Template  - Backup"
cpu    = 1      # bare, and a comment
MEMORY = "2048"
EMPTY  =
NOTE   = "two
lines, said \\"hi\\", C:\\dir"

DISK = [
  IMAGE_ID = "1" ]
DISK = [ IMAGE = alpine, TARGET="vdb" ]  BACKUP_CONFIG = ["MODE"="FULL"]`;
  expect(parseTemplate(text)).toEqual([
    ['NAME', 'Template  - Backup'],
    ['CPU', '1'],
    ['MEMORY', '2048'],
    ['EMPTY', ''],
    ['NOTE', 'two\nlines, said "hi", C:\\dir'],
    ['DISK', [['IMAGE_ID', '1']]],
    [
      'DISK',
      [
        ['IMAGE', 'alpine'],
        ['TARGET', 'vdb'],
      ],
    ],
    ['BACKUP_CONFIG', [['MODE', 'FULL']]],
  ]);
});

test('reads XML whatever its root', () => {
  const xml = '\n <VM><Cpu>1</Cpu><DISK><IMAGE_ID>1</IMAGE_ID></DISK><D><![CDATA[<&>]]></D><E/></VM>';
  expect(parseTemplate(xml)).toEqual([
    ['CPU', '1'],
    ['DISK', [['IMAGE_ID', '1']]],
    ['D', '<&>'],
    ['E', ''],
  ]);
});

test.each([
  ['A', 'Template line 1, column 2: expected "=" after A, found the end.'],
  ['A = 1\nB two', 'Template line 2, column 3: expected "=" after B, found "two".'],
  ['A = "open', 'Template line 1, column 5: expected a closing quote for the value of A, found ""open".'],
  ['A = my vm', 'Template line 1, column 10: expected "=" after VM, found the end.'],
  ['D = [ A = 1\n B = 2 ]', 'Template line 2, column 2: expected "," or "]" inside D, found "B = 2 ]".'],
  ['D = [ A = 1,\n', 'Template line 2, column 1: expected an attribute name inside D, found the end.'],
  ['=', 'Template line 1, column 1: expected an attribute name, found "=".'],
  [
    'A = = 1',
    'Template line 1, column 5: expected a value for A, in quotes if it holds blanks or any of = # , [ ], found "= 1".',
  ],
  ['<T><A></T>', 'The template is not valid: XML line 1, column 10: expected </A>, found </T>.'],
  [
    '<!DOCTYPE a [<!ENTITY x "y">]><T><A>&x;</A></T>',
    'The template is not valid: XML line 1, column 1: a DOCTYPE or other declaration is not accepted.',
  ],
  ['<T><A>&x;</A></T>', 'The template is not valid: XML line 1, column 7: "&x;" is no known character reference.'],
  ['<T><A><B><C/></B></A></T>', 'The template is not valid: A/B holds elements; expected a text.'],
])('%j is refused with its place', (text, message) => {
  expect(() => parseTemplate(text)).toThrow(new OneError(0x2000, message));
});

test('the order of the original is by name, stable', () => {
  const given: Attributes = [
    ['NIC', [['B', '2'], ['A', '1']]], // prettier-ignore
    ['CPU', '1'],
    ['NIC', [['A', '3']]],
  ];
  expect(alphabetical(given)).toEqual([
    ['CPU', '1'],
    ['NIC', [['A', '1'], ['B', '2']]], // prettier-ignore
    ['NIC', [['A', '3']]],
  ]);
});
