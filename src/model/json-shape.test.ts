// What others say in JSON is taken as far as it is wanted, and refused when it is something else.
import { expect, it } from 'vitest';
import { anything, exactly, list, matching, maybe, number, object, readJson, text, understood } from './json-shape.ts';

const POINT = object({ kind: exactly('point'), id: matching(/^[0-9a-f]+$/), size: number, tags: maybe(list(text)) });

it('takes what is wanted and leaves the rest', () => {
  const said = '{ "kind": "point", "id": "0a", "size": 3, "tags": ["x", "y"], "more": [1] }';
  expect(readJson(POINT, said)).toEqual({ kind: 'point', id: '0a', size: 3, tags: ['x', 'y'] });
  expect(readJson(POINT, '{ "kind": "point", "id": "0a", "size": 3, "tags": null }')?.tags).toBeUndefined();
  expect(readJson(object({ any: anything }), '{ "any": [null] }')).toEqual({ any: [null] });
  expect(readJson(list(number), '[]')).toEqual([]);
});

it.each([
  'no JSON',
  'null',
  '[]',
  '"point"',
  '{}',
  '{ "kind": "line", "id": "0a", "size": 3 }',
  '{ "kind": "point", "id": "0A", "size": 3 }',
  '{ "kind": "point", "id": 10, "size": 3 }',
  '{ "kind": "point", "id": "0a", "size": "3" }',
  '{ "kind": "point", "id": "0a", "size": null }',
  '{ "kind": "point", "id": "0a", "size": 3, "tags": ["x", 1] }',
  '{ "kind": "point", "id": "0a", "size": 3, "tags": "x" }',
])('refuses %s', (said) => {
  expect(readJson(POINT, said)).toBeUndefined();
});

it('takes no field that the value only inherits', () => {
  expect(readJson(object({ constructor: anything, toString: maybe(text) }), '{}')).toEqual({});
});

it('says what a program said that is not understood', () => {
  expect(understood(POINT, 'pointer', '{ "kind": "point", "id": "0a", "size": 3 }').size).toBe(3);
  expect(() => understood(POINT, 'pointer', 'I am well')).toThrow(
    'pointer said something that is not understood: I am well',
  );
});
