// Templates that the console writes are read by the daemon as they were meant.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTemplate } from '../../../src/wire/template-text.ts';
import { templateText } from '../../../web/src/api/template-text.ts';

it('reads back what the console wrote, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', '"', 'a', '\n', '=', '#', ']', ',', ' ') }), (value) => {
      expect(parseTemplate(templateText({ A: value, V: { B: value } }))).toEqual([
        ['A', value],
        ['V', [['B', value]]],
      ]);
    }),
  );
});
