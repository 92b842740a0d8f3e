import { describe, expect, it } from 'vitest';
import type { Image } from '../api/documents.ts';
import { pointsOf, proofOf, type Point } from './points.ts';

const told = { DATE: 100, REASON: 'the first', CONSISTENCY: 'crash', VERIFIED: 0 } as const;
const image = { ID: 7, NAME: 'web', SIZE: 12, BACKUP_INCREMENTS: { INCREMENT: [] } } as unknown as Image;

describe('points of a backup', () => {
  it('are its increments, the newest last', () => {
    const points = pointsOf({
      ...image,
      BACKUP_INCREMENTS: {
        INCREMENT: [
          { ...told, ID: 0, SIZE: 10, SOURCE: '', TYPE: 'FULL' },
          { ...told, ID: 3, SIZE: 2, SOURCE: '', TYPE: 'INCREMENT', DRILL_SCREEN: 'YES', PROVEN: 200 },
        ],
      },
    });
    expect(points.map(({ id, at, type, proven, hasScreen }) => ({ id, at, type, proven, hasScreen }))).toEqual([
      { id: 0, at: 0, type: 'FULL', proven: 0, hasScreen: false },
      { id: 3, at: 3, type: 'INCREMENT', proven: 200, hasScreen: true },
    ]);
  });

  it('of a full backup are one, which methods call by -1, as large as the image', () => {
    const [point, ...more] = pointsOf({ ...image, BACKUP_POINT: { ...told, ID: 0 } });
    expect(point).toMatchObject({ id: -1, at: 0, type: 'FULL', sizeMb: 12, imageId: 7 });
    expect(more).toEqual([]);
  });

  it('are none while the first backup is under way', () => {
    expect(pointsOf(image)).toEqual([]);
  });
});

describe('how a point stands', () => {
  const [plain] = pointsOf({ ...image, BACKUP_POINT: { ...told, ID: 0 } }) as [Point];

  it.each([
    ['unproven', {}],
    ['verified', { verified: 5 }],
    ['proven', { verified: 5, proven: 6 }],
    ['proven', { proven: 6, drillFailed: 3, drillError: 'no answer' }],
    ['failed', { proven: 6, drillFailed: 9, drillError: 'no answer' }],
    ['damaged', { proven: 6, verifyError: 'a block is gone' }],
  ] as const)('is %s', (proof, known) => {
    expect(proofOf({ ...plain, ...known })).toBe(proof);
  });
});
