import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkName } from '../model/names.ts';
import { backupName } from './name.ts';

const at = new Date(2022, 11, 1, 13, 36, 56);
const name = (taken: string[]): string => backupName(0, at, (one) => taken.includes(one));

it('is the VM and the local time, as OpenNebula writes it', () => {
  expect(name([])).toBe('0 01-Dec 13.36.56');
  expect(backupName(12, new Date(2023, 0, 9, 1, 2, 3), () => false)).toBe('12 09-Jan 01.02.03');
});

it('gets the year and then a count when it is taken', () => {
  const taken: string[] = [];
  for (let count = 0; count < 4; count++) taken.push(name(taken));
  expect(taken).toEqual([
    '0 01-Dec 13.36.56',
    '0 01-Dec-2022 13.36.56',
    '0 01-Dec-2022 13.36.56 (2)',
    '0 01-Dec-2022 13.36.56 (3)',
  ]);
});

it('is always a name that an image may have, and never one that is taken', () => {
  const date = fc.date({ min: new Date(1970, 0, 1), max: new Date(9999, 0, 1), noInvalidDate: true });
  fc.assert(
    fc.property(fc.nat(), date, fc.nat(5), (vmId, when, collisions) => {
      const taken: string[] = [];
      for (let count = 0; count <= collisions; count++) {
        const made = backupName(vmId, when, (one) => taken.includes(one));
        expect(taken).not.toContain(made);
        expect(checkName(made)).toBe(made);
        taken.push(made);
      }
    }),
  );
});
