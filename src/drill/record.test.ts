import { describe, expect, it } from 'vitest';
import { backupImage, vm as sampleVm } from '../../tests/golden/objects.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import { newestPoint, noteFailed, noteNewest, noteProven } from './record.ts';

const proof = { date: 100, tookMs: 2500, by: 'the guest agent answered' };
const copy = (change: Partial<Image> = {}): Image => ({ ...structuredClone(backupImage), ...change });

describe('a point', () => {
  it('stays proven when a later drill fails, until one proves it anew', () => {
    const image = copy();
    noteFailed(image, 1, { date: 50, reason: 'no' }, true);
    expect(image.points[1]?.drill).toEqual({ failed: { date: 50, reason: 'no' }, screen: true });
    noteProven(image, 1, proof, true);
    expect(image.points[1]?.drill).toEqual({ proven: proof, screen: true });
    noteFailed(image, 1, { date: 200, reason: 'late' }, false);
    expect(image.points[1]?.drill).toEqual({ proven: proof, failed: { date: 200, reason: 'late' }, screen: false });
    noteProven(image, 1, { ...proof, date: 300 }, false);
    expect(image.points[1]?.drill).toEqual({ proven: { ...proof, date: 300 }, screen: false });
    expect(image.points[0]).not.toHaveProperty('drill');
  });
});

describe('the newest proven point of a VM', () => {
  it.each([
    ['nothing was proven', undefined, 500, 500],
    ['an older point was', 400, 500, 500],
    ['a newer point was', 600, 500, 600],
    ['the same point was', 500, 500, 500],
  ])('when %s', (_when, before, after, expected) => {
    const { backups } = structuredClone(sampleVm);
    const at = (pointDate: number) => ({ imageId: 7, pointId: 1, pointDate, ...proof });
    const vm = { backups: { ...backups, ids: [7], ...(before !== undefined && { proven: at(before) }) } };
    noteNewest(vm, at(after));
    expect(vm.backups.proven?.pointDate).toBe(expected);
  });

  it('is another one when its image is gone', () => {
    const { backups } = structuredClone(sampleVm);
    const old = { imageId: 6, pointId: 0, pointDate: 900, ...proof };
    const vm = { backups: { ...backups, ids: [7], proven: old } };
    noteNewest(vm, { ...old, imageId: 7, pointDate: 100 });
    expect(vm.backups.proven.imageId).toBe(7);
  });
});

describe('the newest point of backups', () => {
  const [first, second] = backupImage.points;
  if (!first || !second) throw new Error('The sample has no points.');

  it('is that of the latest instant which is not known to be damaged', () => {
    const [older, newer] = [
      copy({ id: 3, points: [first] }),
      copy({ id: 4, points: [{ ...second, date: first.date + 9 }] }),
    ];
    expect(newestPoint([newer, older])?.image.id).toBe(4);
    const damaged = { ...second, date: first.date + 9, verified: { date: 1, good: false, reason: 'x' } };
    expect(newestPoint([copy({ id: 4, points: [damaged] }), older])?.image.id).toBe(3);
  });

  it('is none of an image that is not ready, or of nothing', () => {
    expect(newestPoint([copy({ state: IMAGE_STATE.ERROR })])).toBeUndefined();
    expect(newestPoint([])).toBeUndefined();
  });
});
