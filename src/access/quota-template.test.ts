import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Vector } from '../model/attributes.ts';
import type { QuotaLimits } from '../model/quota.ts';
import { applyQuotaTemplate } from './quota-template.ts';

const datastore = (...fields: Vector): [string, Vector] => ['DATASTORE', fields];
const vm = (...fields: Vector): [string, Vector] => ['VM', fields];
const kept: QuotaLimits = { kind: 'DATASTORE', id: 1, limits: { IMAGES: 5, SIZE: -1 } };

describe('a quota template', () => {
  it('sets limits of what it names and leaves the rest', () => {
    const template = [datastore(['ID', '100'], ['IMAGES', '10'], ['SIZE', '102400']), vm(['CPU', '2.5'], ['VMS', '0'])];
    expect(applyQuotaTemplate([kept], template, 'own')).toEqual([
      kept,
      { kind: 'DATASTORE', id: 100, limits: { IMAGES: 10, SIZE: 102400 } },
      {
        kind: 'VM',
        id: -1,
        limits: {
          CPU: 250,
          MEMORY: -1,
          RUNNING_CPU: -1,
          RUNNING_MEMORY: -1,
          RUNNING_VMS: -1,
          SYSTEM_DISK_SIZE: -1,
          VMS: 0,
        },
      },
    ]);
  });

  it('takes the place of what was there; without a limit nothing is kept', () => {
    expect(applyQuotaTemplate([kept], [datastore(['ID', '1'], ['SIZE', '7'])], 'own')).toEqual([
      { ...kept, limits: { IMAGES: -1, SIZE: 7 } },
    ]);
    expect(applyQuotaTemplate([kept], [datastore(['ID', '1'])], 'own')).toEqual([]);
    expect(applyQuotaTemplate([kept], [datastore(['ID', '1'], ['IMAGES', '-1'])], 'own')).toEqual([]);
  });

  it('the last of two for one thing wins, and what the server showed may come back', () => {
    const twice = [datastore(['ID', '1'], ['SIZE', '7'], ['SIZE_USED', '3']), datastore(['ID', '1'], ['SIZE', '8'])];
    expect(applyQuotaTemplate([], twice, 'own')).toEqual([{ ...kept, limits: { IMAGES: -1, SIZE: 8 } }]);
  });

  it('among defaults what is left out is unlimited', () => {
    expect(applyQuotaTemplate([], [datastore(['ID', '1'], ['SIZE', '7'])], 'defaults')).toEqual([
      { ...kept, limits: { IMAGES: -2, SIZE: 7 } },
    ]);
    expect(() => applyQuotaTemplate([], [datastore(['ID', '1'], ['SIZE', '-1'])], 'defaults')).toThrow('SIZE="-1"');
  });

  it.each([
    [[['DISK', []]], 'DISK is no kind of quota'],
    [[['VM', '4']], 'VM="4" must be a vector'],
    [[vm(['VM', '4'])], 'VM/VM is not known'],
    [[vm(['ID', '4'])], 'VM/ID is not known'],
    [[datastore(['SIZE', '4'])], 'DATASTORE/ID=""'],
    [[datastore(['ID', '-1'], ['SIZE', '4'])], 'DATASTORE/ID="-1"'],
    [[datastore(['ID', '1'], ['SIZE', '-3'])], 'SIZE="-3"'],
    [[datastore(['ID', '1'], ['SIZE', '1.5'])], 'SIZE="1.5"'],
    [[datastore(['ID', '1'], ['SIZE', '9007199254740992'])], 'SIZE="9007199254740992"'],
    [[vm(['CPU', '1.005'])], 'CPU="1.005"'],
    [[vm(['CPU', '1e3'])], 'CPU="1e3"'],
    [[vm(['CPU', '-1.5'])], 'CPU="-1.5"'],
  ] as Array<[Array<[string, string | Vector]>, string]>)('%j is refused', (template, message) => {
    expect(() => applyQuotaTemplate([], template, 'own')).toThrow(message);
  });

  it('keeps every whole number exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (size) => {
        const [found] = applyQuotaTemplate([], [datastore(['ID', '1'], ['SIZE', String(size)])], 'own');
        return found?.limits['SIZE'] === size;
      }),
    );
  });

  it('keeps two decimals of a CPU exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (hundredths) => {
        const [found] = applyQuotaTemplate([], [vm(['CPU', (hundredths / 100).toFixed(2)])], 'own');
        return found?.limits['CPU'] === hundredths;
      }),
    );
  });
});
