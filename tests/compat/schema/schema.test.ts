// Every document of every noun is as its schema says, and the schema lets no breach pass.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SCHEMA_OF_METHOD, SCHEMAS } from '../../../src/wire/schema/all.ts';
import { CASES } from './cases.ts';
import { BREACHES, places, planted } from './plant.ts';
import type { Schema } from '../../../src/wire/schema/schema.ts';
import { validate } from './validate.ts';

function schemaOf(method: string): Schema {
  const schema = SCHEMA_OF_METHOD[method];
  if (!schema) throw new Error(`one.${method} has no schema`);
  return schema;
}

it('every schema has documents, and every root one schema', () => {
  expect(Object.keys(CASES).toSorted()).toEqual(Object.keys(SCHEMA_OF_METHOD).toSorted());
  for (const { root } of Object.values(SCHEMA_OF_METHOD)) expect(SCHEMAS[root]?.root).toBe(root);
  expect(SCHEMAS['VM_POOL']).toBe(SCHEMA_OF_METHOD['vmpool.info']);
});

describe.each(Object.entries(CASES))('one.%s', (method, documents) => {
  const schema = schemaOf(method);

  it('gives what its schema says', () => {
    fc.assert(
      fc.property(documents, (xml) => {
        expect(validate(schema, xml)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test.each(BREACHES)('%s is found wherever it is', (breach) => {
    let found = 0;
    fc.assert(
      fc.property(documents, fc.nat(), (xml, choice) => {
        const room = places(schema, xml, breach);
        if (room === 0) return;
        found += 1;
        const { xml: wrong, told } = planted(schema, xml, breach, choice % room);
        expect(validate(schema, wrong)).toEqual(expect.arrayContaining([expect.stringContaining(told)]));
      }),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(0);
  });
});
