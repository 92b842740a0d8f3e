import { expect, it } from 'vitest';
import { layoutOf } from './backup-layout.ts';

it('is QCOW2 unless restic is told otherwise', () => {
  expect(layoutOf('restic', undefined)).toBe('QCOW2');
  expect(layoutOf('restic', '')).toBe('QCOW2');
  expect(layoutOf('restic', 'qcow2')).toBe('QCOW2');
  expect(layoutOf('restic', 'Slices')).toBe('SLICES');
  expect(layoutOf('rsync', undefined)).toBe('QCOW2');
});

it('is refused with what would be right', () => {
  expect(() => layoutOf('restic', 'RAW')).toThrow(
    'RESTIC_LAYOUT="RAW" is not usable; it must be one of QCOW2, SLICES.',
  );
  expect(() => layoutOf('rsync', 'SLICES')).toThrow('RESTIC_LAYOUT="SLICES" is for DS_MAD="restic" alone');
});
