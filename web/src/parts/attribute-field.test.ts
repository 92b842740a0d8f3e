import { expect, it } from 'vitest';
import { changedAttributes, missing, valuesOf, type AttributeField } from './attribute-field.ts';

const field = (name: string, kind: AttributeField['kind'], required = false): AttributeField => ({
  name,
  label: name,
  hint: name,
  kind,
  required,
});
const HOST = field('HOST', 'text', true);
const PASSWORD = field('PASSWORD', 'secret', true);
const LIMIT = field('LIMIT', 'number');
const ALL = [HOST, PASSWORD, LIMIT];
const KEPT = { HOST: 'a', PASSWORD: '***', LIMIT: 5 };

it('is filled with the template, but never with a secret', () => {
  expect(valuesOf(ALL, KEPT)).toEqual({ HOST: 'a', PASSWORD: '', LIMIT: '5' });
});

it('sends what was changed alone; an empty text takes an attribute away, but keeps a secret', () => {
  const values = valuesOf(ALL, KEPT);
  expect(changedAttributes(ALL, ALL, values, KEPT)).toEqual({});
  expect(changedAttributes(ALL, ALL, { ...values, HOST: 'b', LIMIT: '' }, KEPT)).toEqual({ HOST: 'b', LIMIT: '' });
  expect(changedAttributes(ALL, ALL, { ...values, PASSWORD: 'new' }, KEPT)).toEqual({ PASSWORD: 'new' });
});

it('takes away what is no longer shown, secrets as well', () => {
  expect(changedAttributes(ALL, [LIMIT], valuesOf(ALL, KEPT), KEPT)).toEqual({ HOST: '', PASSWORD: '' });
  expect(changedAttributes(ALL, [LIMIT], valuesOf(ALL, {}), {})).toEqual({});
});

it('misses required fields, but not a secret that is kept', () => {
  expect(Object.keys(missing(ALL, valuesOf(ALL, {}), {}))).toEqual(['HOST', 'PASSWORD']);
  expect(missing(ALL, valuesOf(ALL, KEPT), KEPT)).toEqual({});
});
