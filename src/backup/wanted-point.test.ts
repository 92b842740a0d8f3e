import { describe, expect, it } from 'vitest';
import { backupImage, diskImage } from '../../tests/golden/objects.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import { wantedPoint } from './wanted-point.ts';

describe('what is to be verified', () => {
  it('is the newest point, or the one that is named', () => {
    expect([
      wantedPoint(backupImage, -1, 'verified'),
      wantedPoint(backupImage, 0, 'verified'),
      wantedPoint(backupImage, 1, 'verified'),
    ]).toEqual([...[1, 0, 1]]);
    const full = { ...backupImage, isChain: false, points: backupImage.points.slice(0, 1) };
    expect([wantedPoint(full, -1, 'verified'), wantedPoint(full, 0, 'verified')]).toEqual([0, 0]);
  });

  it.each([
    ['no backup', diskImage, -1, 'Image 2 (0-6968545c-disk-0) is no backup, so there is nothing to be verified.'],
    [
      'a backup that is being deleted',
      { ...backupImage, state: IMAGE_STATE.DELETE },
      -1,
      'Image 1 (0 01-Dec 13.36.56) is not in state rdy; what is being changed or failed cannot be verified.',
    ],
    ['no such increment', backupImage, 2, 'Image 1 (0 01-Dec 13.36.56) has no increment 2; it has 0, 1.'],
    ['a number that is none', backupImage, -2, 'has no increment -2; it has 0, 1.'],
    ['an image without points', { ...backupImage, points: [] }, -1, 'has no increment -1; it has none.'],
  ] as Array<[string, Image, number, string]>)('cannot be %s', (_what, image, increment, message) => {
    expect(() => wantedPoint(image, increment, 'verified')).toThrow(message);
  });
});
