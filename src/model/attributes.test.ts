import fc from 'fast-check';
import { expect, it } from 'vitest';
import { field, merge, setField, text, vectors, withText, type Attributes, type Vector } from './attributes.ts';

const name = fc.constantFrom('A', 'B', 'C');
const vector: fc.Arbitrary<Vector> = fc.array(fc.tuple(name, fc.string()), { maxLength: 3 });
const attributes: fc.Arbitrary<Attributes> = fc.array(fc.tuple(name, fc.oneof(fc.string(), vector)), { maxLength: 8 });

it('finds the first text and all vectors, and never takes one for the other', () => {
  fc.assert(
    fc.property(attributes, name, (given, wanted) => {
      const named = given.filter(([key]) => key === wanted).map(([, value]) => value);
      expect(text(given, wanted)).toBe(named.find((value) => typeof value === 'string'));
      expect(vectors(given, wanted)).toEqual(named.filter((value) => typeof value !== 'string'));
    }),
  );
});

it('withText leaves exactly one, or none', () => {
  fc.assert(
    fc.property(attributes, name, fc.option(fc.string(), { nil: undefined }), (given, wanted, value) => {
      const before = structuredClone(given);
      const changed = withText(given, wanted, value);
      expect(changed.filter(([key]) => key === wanted)).toEqual(value === undefined ? [] : [[wanted, value]]);
      expect(changed.filter(([key]) => key !== wanted)).toEqual(given.filter(([key]) => key !== wanted));
      expect(given).toEqual(before);
    }),
  );
});

it('merge takes all of what is over, and of the rest what is not named there', () => {
  fc.assert(
    fc.property(attributes, attributes, (base, over) => {
      const named = new Set(over.map(([key]) => key));
      expect(merge(base, over)).toEqual([...base.filter(([key]) => !named.has(key)), ...over]);
      expect(merge(base, [])).toEqual(base);
      expect(merge(merge(base, over), over)).toEqual(merge(base, over));
    }),
  );
});

it('setField keeps the place of what is there', () => {
  const disk: Vector = [
    ['A', '1'],
    ['B', '2'],
  ];
  setField(disk, 'A', '3');
  setField(disk, 'C', '4');
  expect(disk.map((entry) => entry.join('='))).toEqual(['A=3', 'B=2', 'C=4']);
  expect([field(disk, 'C'), field(disk, 'D'), field(undefined, 'A')]).toEqual(['4', undefined, undefined]);
});
