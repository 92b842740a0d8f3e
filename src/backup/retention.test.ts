import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMAGE_STATE, type BackupPoint, type Image } from '../model/image.ts';
import type { KeepRules } from '../model/backup-config.ts';
import { retain as retainBy, type Verdict } from './retention.ts';

const NOW = 1000;

const retain = (images: readonly Image[], keep: number | KeepRules, nowSec: number, zone = 'UTC'): Verdict[] =>
  retainBy(images, typeof keep === 'number' ? { keepLast: keep } : keep, { nowSec, zone, chainImageId: -1 });

/** `retain` looks at nothing else of a point than its id and what verifying it said. */
function points(count: number, bad: number[] = []): BackupPoint[] {
  return Array.from({ length: count }, (_, id) => {
    const verified = bad.includes(id) ? { verified: { date: 1, good: false, reason: 'rotten' } } : {};
    return { id, date: id, ...verified } as BackupPoint;
  });
}

function image(id: number, change: Partial<Image> = {}): Image {
  const seen = { id, datastoreId: 100, state: IMAGE_STATE.READY, prevState: IMAGE_STATE.INIT, points: points(1) };
  return { ...seen, ...change } as Image;
}

const dropped = (images: Image[], keepLast: number): number[] =>
  retain(images, keepLast, NOW)
    .filter(({ drop }) => drop === 'image')
    .map(({ image: { id } }) => id);

describe('a pin', () => {
  const pinned = (id: number, untilSec: number): BackupPoint[] =>
    points(4).map((point) => (point.id === id ? { ...point, pin: { reason: 'audit', untilSec } } : point));
  const verdict = (id: number, untilSec: number): unknown => {
    const [, older] = retain([image(1, { points: pinned(id, untilSec) }), image(2)], 1, NOW);
    return [older?.drop, older?.gone, older?.reason];
  };

  it('keeps its point and what follows it until it ends', () => {
    expect(verdict(0, NOW + 1)).toEqual(['nothing', [], 'increment 0 is pinned']);
    expect(verdict(2, NOW + 1)).toEqual(['points', [0, 1], expect.any(String)]);
    expect(verdict(2, NOW)).toEqual(['image', [0, 1, 2, 3], expect.any(String)]);
  });
});

describe('KEEP_LAST', () => {
  it('keeps the newest, and all when it is 0', () => {
    const images = [image(1), image(2), image(3)];
    expect(dropped(images, 2)).toEqual([1]);
    expect(dropped(images, 3)).toEqual([]);
    expect(dropped(images, 0)).toEqual([]);
  });

  it('counts increments as it counts full backups', () => {
    const chain = image(1, { points: points(3) });
    const verdicts = (keepLast: number): unknown[] =>
      retain([chain, image(2)], keepLast, NOW).map(({ drop, gone }) => [drop, gone]);
    expect(verdicts(4)).toEqual([
      ['nothing', []],
      ['nothing', []],
    ]);
    expect(verdicts(3)).toEqual([
      ['nothing', []],
      ['points', [0]],
    ]);
    expect(verdicts(1)).toEqual([
      ['nothing', []],
      ['image', [0, 1, 2]],
    ]);
  });

  it('does not count a damaged point, nor what stands on it', () => {
    const chain = image(2, { points: points(3, [1]) });
    const [newest, older] = retain([chain, image(1)], 2, NOW);
    expect([newest?.drop, older?.drop]).toEqual(['nothing', 'nothing']);
  });

  it('counts what stands on nothing, whatever is damaged beside it', () => {
    const alone = points(4, [2]).map((point): BackupPoint => ({ ...point, type: 'FULL' }));
    const [verdict] = retain([image(1, { points: alone })], 2, NOW);
    expect([verdict?.drop, verdict?.gone]).toEqual(['points', [0]]);
  });

  it('counts for each datastore on its own', () => {
    expect(dropped([image(1), image(2, { datastoreId: 101 }), image(3)], 1)).toEqual([1]);
  });

  it('keeps what is locked', () => {
    const lock = { level: 1, owner: 0, time: 0, requestId: -1 } as const;
    expect(dropped([image(1, { lock }), image(2), image(3)], 1)).toEqual([2]);
  });

  it('brings a deletion to its end that failed, and neither counts nor touches other backups that are not ready', () => {
    const { ERROR, DELETE, LOCKED } = IMAGE_STATE;
    const failed = image(9, { state: ERROR, prevState: DELETE });
    const broken = image(8, { state: ERROR });
    const locked = image(7, { state: LOCKED });
    expect(dropped([failed, broken, locked, image(2), image(1)], 2)).toEqual([9]);
    expect(dropped([failed], 0)).toEqual([9]);
  });

  it('says why', () => {
    expect(retain([image(1), image(2)], 1, NOW).map(({ reason }) => reason)).toEqual([
      'it is among the newest 1 of its datastore (KEEP_LAST)',
      'KEEP_LAST is 1, and 1 newer good ones are in datastore 100',
    ]);
  });
});

const anyImage = fc.record({
  datastoreId: fc.constantFrom(100, 101),
  state: fc.oneof(
    { arbitrary: fc.constant(IMAGE_STATE.READY), weight: 4 },
    { arbitrary: fc.constantFrom(...Object.values(IMAGE_STATE)), weight: 1 },
  ),
  prevState: fc.constantFrom(...Object.values(IMAGE_STATE)),
  lock: fc.option(fc.constant({ level: 1, owner: 0, time: 0, requestId: -1 } as const), { nil: undefined, freq: 5 }),
  points: fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(6), { maxLength: 2 }))
    .map(([count, bad]) => points(count, bad)),
});

describe('whatever the backups are', () => {
  const cases = fc.tuple(fc.array(anyImage, { maxLength: 10 }), fc.integer({ min: 0, max: 6 }));

  it('never keeps fewer good points than KEEP_LAST, as far as there are any, and no more than need be', () => {
    fc.assert(
      fc.property(cases, ([given, keepLast]) => {
        const images = given.map((change, id) => image(id, change as Partial<Image>));
        const verdicts = retain(images, keepLast, NOW);
        expect(verdicts.map((verdict) => verdict.image.id).sort()).toEqual(images.map(({ id }) => id).sort());
        for (const datastoreId of [100, 101]) {
          const here = verdicts.filter(
            ({ image: one }) => one.datastoreId === datastoreId && one.state === IMAGE_STATE.READY,
          );
          const good = here.flatMap(({ image: one }) => goodIds(one)).length;
          const left = here.flatMap((verdict) => goodIds(verdict.image).filter((id) => remains(verdict, id))).length;
          expect(left).toBeGreaterThanOrEqual(keepLast === 0 ? good : Math.min(good, keepLast));
          if (keepLast > 0 && here.every(({ image: one }) => !one.lock)) {
            expect(left).toBe(Math.min(good, keepLast));
          }
        }
      }),
    );
  });

  it('never drops a point that is newer than one it keeps, unless it is locked', () => {
    fc.assert(
      fc.property(cases, ([given, keepLast]) => {
        const verdicts = retain(
          given.map((change, id) => image(id, change as Partial<Image>)),
          keepLast,
          NOW,
        );
        for (const datastoreId of [100, 101]) {
          const here = verdicts.filter(
            ({ image: one }) => one.datastoreId === datastoreId && one.state === IMAGE_STATE.READY && !one.lock,
          );
          // newest first: once something goes, all that is older goes
          const kept = here.flatMap((verdict) => verdict.image.points.map(({ id }) => remains(verdict, id)).reverse());
          expect(kept.lastIndexOf(true)).toBeLessThan(kept.includes(false) ? kept.indexOf(false) : Infinity);
        }
      }),
    );
  });
});

function goodIds({ points: all }: Image): number[] {
  const bad = all.findIndex(({ verified }) => verified?.good === false);
  return all.slice(0, bad === -1 ? all.length : bad).map(({ id }) => id);
}

function remains({ gone }: Verdict, id: number): boolean {
  return !gone.includes(id);
}
