import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { SECRET_ATTRIBUTES } from '../model/secrets.ts';
import { MASK, maskAttributes, sealAttributes, unmaskAttributes, unsealAttributes } from './sealed-attributes.ts';
import { isSealed, KEY_BYTES, seal, unseal } from './secret-box.ts';

const KEY = Buffer.alloc(KEY_BYTES, 7);
const CHANGED = 'The attribute X cannot be read: it was encrypted with another key, or changed since.';

describe('the box', () => {
  it('gives back every text, shows none of it and never looks the same twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [one, other] = [seal(KEY, text), seal(KEY, text)];
        expect(unseal(KEY, one)).toBe(text);
        expect(isSealed(one)).toBe(true);
        expect(one).toMatch(/^enc1:[A-Za-z0-9+/]+=*$/);
        expect(one).not.toBe(other);
      }),
    );
    expect(seal(KEY, 'correct horse battery')).not.toContain(
      Buffer.from('correct horse battery').toString('base64').slice(2, -4),
    );
  });

  it('notices every changed bit', () => {
    const bytes = Buffer.from(seal(KEY, 'secret').slice(5), 'base64');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(() => unseal(KEY, `enc1:${changed.toString('base64')}`, 'The attribute X')).toThrow(CHANGED);
      }),
    );
    for (let length = 28; length < bytes.length; length += 1) {
      const cut = `enc1:${bytes.subarray(0, length).toString('base64')}`;
      expect(() => unseal(KEY, cut, 'The attribute X')).toThrow(CHANGED);
    }
  });

  it('opens with no other key, and says which file it needs', () => {
    const sealed = seal(KEY, 'secret');
    for (const key of [randomBytes(KEY_BYTES), Buffer.alloc(KEY_BYTES, 6)]) {
      expect(() => unseal(key, sealed, 'The attribute X')).toThrow(
        expect.objectContaining({ message: CHANGED, hint: expect.stringContaining('key file') as string }) as Error,
      );
    }
    for (const length of [0, 16, 31, 33]) {
      const wanted = `The key for secrets has ${length} bytes; it must have 32.`;
      expect(() => seal(Buffer.alloc(length), 'x')).toThrow(wanted);
      expect(() => unseal(Buffer.alloc(length), sealed)).toThrow(wanted);
    }
  });

  it.each(['', 'secret', 'enc1:', 'enc1:secret', 'enc1:$$$', `enc1:${'A'.repeat(36)}`, `enc2:${'A'.repeat(80)}`])(
    '"%s" is not sealed',
    (text) => {
      expect(isSealed(text)).toBe(false);
      expect(() => unseal(KEY, text, 'The attribute X')).toThrow(
        'The attribute X cannot be read: it is not encrypted.',
      );
    },
  );
});

describe('attributes', () => {
  const template: Attributes = [
    ['DS_MAD', 'restic'],
    ['RESTIC_PASSWORD', 'pässword'],
    ['RESTIC_S3_SECRET_ACCESS_KEY', 'key'],
    ['RESTIC_REST_PASSWORD', ''],
    ['OTHER', [['RESTIC_PASSWORD', 'part of a vector']]],
  ];

  it('are sealed where they are secret, once, and unsealed again', () => {
    const sealed = sealAttributes(KEY, template);
    expect(sealed.map(([name]) => name)).toEqual(template.map(([name]) => name));
    expect(sealed.map(([, value]) => typeof value === 'string' && isSealed(value))).toEqual([
      ...[false, true, true, false, false],
    ]);
    expect(JSON.stringify(sealed)).not.toContain('pässword');
    expect(sealAttributes(KEY, sealed)).toEqual(sealed);
    expect(unsealAttributes(KEY, sealed)).toEqual(template);
    expect(unsealAttributes(KEY, template)).toEqual(template);
  });

  it('that cannot be unsealed are named, with their datastore, and their values are not', () => {
    const sealed = sealAttributes(KEY, template);
    expect(() => unsealAttributes(Buffer.alloc(KEY_BYTES), sealed, 'datastore [100]')).toThrow(
      /^The attribute RESTIC_PASSWORD of datastore \[100\] cannot be read: it was encrypted with another key/,
    );
  });

  it('are masked for users, sealed or not', () => {
    const masked: Attributes = [
      template[0] ?? ['', ''],
      ['RESTIC_PASSWORD', MASK],
      ['RESTIC_S3_SECRET_ACCESS_KEY', MASK],
    ];
    expect(maskAttributes(template)).toEqual([...masked, ...template.slice(3)]);
    expect(maskAttributes(sealAttributes(KEY, template))).toEqual([...masked, ...template.slice(3)]);
    for (const name of SECRET_ATTRIBUTES) {
      expect(maskAttributes([[name, 'x']])).toEqual([[name, MASK]]);
      expect(maskAttributes([[name, [['A', 'x']]]])).toEqual([[name, MASK]]);
    }
  });

  it('given back as they were shown stay what they were', () => {
    fc.assert(
      fc.property(fc.subarray([...SECRET_ATTRIBUTES, 'DS_MAD']), fc.string({ minLength: 1 }), (names, value) => {
        const before = sealAttributes(
          KEY,
          names.map((name) => [name, value]),
        );
        expect(unmaskAttributes(maskAttributes(before), before)).toEqual(before);
      }),
    );
    const before = sealAttributes(KEY, template);
    expect(
      unmaskAttributes(
        [
          ['RESTIC_PASSWORD', 'new'],
          ['DS_MAD', MASK],
        ],
        before,
      ),
    ).toEqual([
      ['RESTIC_PASSWORD', 'new'],
      ['DS_MAD', MASK],
    ]);
    expect(() => unmaskAttributes([['RESTIC_REST_PASSWORD', MASK]], before)).toThrow(
      'RESTIC_REST_PASSWORD="***" stands for the secret that is kept, but there is none',
    );
  });
});
