import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import { retain } from './retention.ts';

/** `retain` looks at nothing else. */
function image(id: number, change: Partial<Image> = {}): Image {
  const seen = { id, regtime: 1000 + id, datastoreId: 100, state: IMAGE_STATE.READY, prevState: IMAGE_STATE.INIT };
  return { ...seen, ...change } as Image;
}

const dropped = (images: Image[], keepLast: number): number[] =>
  retain(images, keepLast)
    .filter(({ keep }) => !keep)
    .map(({ image: { id } }) => id);

describe('KEEP_LAST', () => {
  it('keeps the newest, and all when it is 0', () => {
    const images = [image(1), image(2), image(3)];
    expect(dropped(images, 2)).toEqual([1]);
    expect(dropped(images, 3)).toEqual([]);
    expect(dropped(images, 0)).toEqual([]);
  });

  it('counts for each datastore on its own', () => {
    expect(dropped([image(1), image(2, { datastoreId: 101 }), image(3)], 1)).toEqual([1]);
  });

  it('brings a deletion to its end that failed, and neither counts nor touches other backups that are not ready', () => {
    const { ERROR, DELETE, LOCKED } = IMAGE_STATE;
    const failed = image(9, { state: ERROR, prevState: DELETE });
    const broken = image(8, { state: ERROR });
    const locked = image(7, { state: LOCKED });
    expect(dropped([failed, broken, locked, image(2), image(1)], 2)).toEqual([9]);
    expect(dropped([failed], 0)).toEqual([9]);
  });

  it('never leaves fewer than it should, and drops none that is newer than one it keeps', () => {
    const states = fc.constantFrom(...Object.values(IMAGE_STATE));
    const any = fc.record({
      regtime: fc.integer({ min: 0, max: 5 }),
      datastoreId: fc.constantFrom(100, 101),
      state: fc.oneof({ arbitrary: fc.constant(IMAGE_STATE.READY), weight: 4 }, { arbitrary: states, weight: 1 }),
      prevState: states,
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), fc.integer({ min: 0, max: 4 }), (given, keepLast) => {
        const images = given.map((change, id) => image(id, change));
        const verdicts = retain(images, keepLast);
        expect(verdicts.map((verdict) => verdict.image.id).sort()).toEqual(images.map(({ id }) => id).sort());
        const { READY, ERROR, DELETE } = IMAGE_STATE;
        for (const { image: one, keep } of verdicts) {
          if (one.state === READY) continue;
          expect(keep).toBe(!(one.state === ERROR && one.prevState === DELETE));
        }
        for (const datastoreId of [100, 101]) {
          const good = verdicts.filter(({ image: one }) => one.datastoreId === datastoreId && one.state === READY);
          const kept = good.filter(({ keep }) => keep).map(({ image: one }) => one);
          expect(kept).toHaveLength(keepLast === 0 ? good.length : Math.min(keepLast, good.length));
          const oldest = Math.min(...kept.map(({ regtime }) => regtime));
          for (const { image: one, keep } of good) if (!keep) expect(one.regtime).toBeLessThanOrEqual(oldest);
        }
      }),
    );
  });

  it('says why', () => {
    expect(retain([image(1), image(2)], 1).map(({ reason }) => reason)).toEqual([
      'number 1 of its datastore, newest first; KEEP_LAST is 1',
      'number 2 of its datastore, newest first; KEEP_LAST is 1',
    ]);
  });
});
