import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { STRIPPED, STRIPPED_FIELDS, stripTemplate } from './strip.ts';

const NAMES = ['DISK', 'NIC', 'NIC_ALIAS', 'CONTEXT', 'PCI', 'OS', 'GRAPHICS', 'HOT', ...STRIPPED];
const KEYS = ['DISK_ID', 'IMAGE_ID', 'IP', 'MAC', 'ETH0_IP', 'METHOD', 'KEPT', 'PORT', 'UUID', 'TYPE'];
const vector = fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom('', '0', '1', 'x')), { maxLength: 8 });
const templates: fc.Arbitrary<Attributes> = fc.array(
  fc.tuple(fc.constantFrom(...NAMES), fc.oneof(vector, fc.constantFrom('', 'text'))),
  { maxLength: 8 },
);
const options = fc.record({
  imageIds: fc.constant(new Map([[0, 40]])),
  noIp: fc.boolean(),
  noNic: fc.boolean(),
});

describe('stripTemplate, whatever the template', () => {
  it('leaves nothing empty and nothing of the list', () => {
    fc.assert(
      fc.property(templates, options, (template, chosen) => {
        for (const [name, value] of stripTemplate(template, chosen)) {
          expect(STRIPPED).not.toContain(name);
          expect(value.length).toBeGreaterThan(0);
          if (typeof value === 'string') continue;
          for (const [key, text] of value) {
            expect(text).not.toBe('');
            if (name !== 'DISK') expect(STRIPPED_FIELDS[name] ?? []).not.toContain(key);
            if (name === 'DISK') expect(key).not.toBe('DISK_ID');
            if (chosen.noIp && name === 'NIC') expect(['IP', 'MAC']).not.toContain(key);
          }
        }
      }),
    );
  });

  it('changes nothing the second time, once no disk is restored', () => {
    fc.assert(
      fc.property(templates, options, (template, chosen) => {
        const once = stripTemplate(template, chosen);
        expect(stripTemplate(once, { ...chosen, imageIds: new Map() })).toEqual(once);
      }),
    );
  });
});
