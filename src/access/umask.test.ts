import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { permissionsToOctet } from '../model/permissions.ts';
import { newPermissions } from './umask.ts';

const octet = (id: number, gid: number, template: Attributes, kind?: 'backup'): string =>
  permissionsToOctet(newPermissions({ id, gid, template }, kind && { image: kind }))
    .toString(8)
    .padStart(3, '0');

describe('permissions of new objects', () => {
  it.each([
    [2, 1, undefined, '600'],
    [0, 0, undefined, '600'],
    [2, 1, '137', '640'],
    [2, 1, '000', '666'],
    [2, 0, '000', '777'],
    [0, 1, '000', '777'],
    [2, 1, '777', '000'],
  ])('user %i of group %i with UMASK %s makes %s', (id, gid, umask, expected) => {
    expect(octet(id, gid, umask === undefined ? [] : [['UMASK', umask]])).toBe(expected);
  });

  it('a backup is private whatever the umask', () => {
    expect(octet(2, 1, [['UMASK', '000']], 'backup')).toBe('600');
  });

  it.each(['', '17', '1777', '178', 'u-m', '0o7'])('refuses the umask "%s"', (umask) => {
    expect(() => octet(2, 1, [['UMASK', umask]])).toThrow(`UMASK="${umask}"`);
  });

  it('never gives what the umask takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0o777 }), fc.boolean(), (umask, admin) => {
        const shown = umask.toString(8).padStart(3, '0');
        const bits = Number.parseInt(octet(admin ? 0 : 2, 1, [['UMASK', shown]]), 8);
        return (bits & umask) === 0;
      }),
    );
  });
});
