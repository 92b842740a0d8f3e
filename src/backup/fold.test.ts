import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layersOf, pointsTo } from '../model/chain.ts';
import type { BackupPoint, Layer } from '../model/image.ts';
import { fold, MOST_DELTAS, MOST_OF_INCREMENT, planMerge, planMergeOf, replaceLayers } from './fold.ts';

const MIB = 2 ** 20;

function layer(source: string, pointId: number, mib = 1): Layer {
  const stored = {
    diskId: 0,
    file: 'f',
    virtualBytes: 1,
    fileBytes: mib * MIB,
    sha256: '',
    originalFormat: 'raw' as const,
  };
  return { source, path: '/b', pointId, sizeMb: mib, disks: [stored] };
}

function chainOf(count: number, first = 0): { id: number; points: BackupPoint[] } {
  const points = Array.from({ length: count }, (_, index): BackupPoint => {
    const id = first + index;
    return {
      ...{ id, parentId: index === 0 ? -1 : id - 1, type: index === 0 ? 'FULL' : 'INCREMENT', date: id, sizeMb: 1 },
      ...{
        source: `s${id}`,
        layers: [layer(`s${id}`, id)],
        consistency: 'crash',
        tracker: '',
        reason: 'what changed',
        vmTemplate: [],
      },
    };
  });
  return { id: 9, points };
}

const sourcesTo = (points: BackupPoint[], id: number): string[] => {
  const chain = pointsTo({ points }, id);
  if (typeof chain === 'string') throw new Error(chain);
  return layersOf(chain).map(({ source }) => source);
};

describe('folding', () => {
  it('makes the oldest kept point the full one, on all that it stood on', () => {
    const [full, ...rest] = fold(chainOf(4), new Set([0, 1]));
    expect(full).toMatchObject({ id: 2, type: 'FULL', parentId: -1, source: 's0+s1+s2', sizeMb: 3 });
    expect(full?.reason).toBe('older points were folded into it; taken as an increment: what changed');
    expect(rest.map(({ id, type, parentId }) => [id, type, parentId])).toEqual([[3, 'INCREMENT', 2]]);
  });

  it('never takes anything from a point that is kept, however often and wherever it is done', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(9), { maxLength: 4 }), (count, cuts) => {
        const before = chainOf(count, 3);
        let points = before.points;
        for (const cut of cuts) {
          const at = points[cut % points.length]?.id ?? -1;
          points = fold({ id: 9, points }, new Set(points.filter(({ id }) => id < at).map(({ id }) => id)));
          expect(points[0]?.id).toBe(at);
        }
        for (const { id } of points) expect(sourcesTo(points, id)).toEqual(sourcesTo(before.points, id));
      }),
    );
  });

  it('gives what a point in the middle held to the next one that is kept', () => {
    const folded = fold(chainOf(6), new Set([1, 2, 4]));
    expect(folded.map(({ id, type, parentId, source, sizeMb }) => [id, type, parentId, source, sizeMb])).toEqual([
      [0, 'FULL', -1, 's0', 1],
      [3, 'INCREMENT', 0, 's1+s2+s3', 3],
      [5, 'INCREMENT', 3, 's4+s5', 2],
    ]);
  });

  it('leaves every kept point what it stands on, whichever go and however often', () => {
    const rounds = fc.array(fc.uniqueArray(fc.nat(11), { maxLength: 8 }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), rounds, (count, cuts) => {
        const before = chainOf(count);
        let points = before.points;
        for (const cut of cuts) points = fold({ id: 9, points }, new Set(cut));
        const gone = new Set(cuts.flat());
        expect(points.map(({ id }) => id)).toEqual(before.points.map(({ id }) => id).filter((id) => !gone.has(id)));
        for (const { id } of points) expect(sourcesTo(points, id)).toEqual(sourcesTo(before.points, id));
        const all = layersOf(points).map(({ source }) => source);
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });

  it('refuses to give to two what one held', () => {
    const { id, points } = chainOf(4);
    const branched = points.map((point) => (point.id === 3 ? { ...point, parentId: 1 } : point));
    expect(() => fold({ id, points: branched }, new Set([1]))).toThrow('it branches at increment 1');
  });

  it('refuses a chain that is broken', () => {
    const { points } = chainOf(3);
    expect(() => fold({ id: 9, points: points.slice(1) }, new Set([1]))).toThrow(
      'Image 9 cannot be folded: it is broken',
    );
  });
});

describe('merging', () => {
  const deltas = (sizes: number[]): Layer[] => [
    layer('base', 0, 1000),
    ...sizes.map((mib, at) => layer(`d${at}`, at, mib)),
  ];

  it('waits until there are too many layers, and takes the cheapest neighbours', () => {
    expect(planMerge([layer('base', 0)], 50)).toBeUndefined();
    expect(planMerge(deltas([9, 9, 9, 9, 9, 9, 9]), 50)).toBeUndefined();
    const merge = planMerge(deltas([9, 9, 9, 5, 5, 9, 9, 9]), 50);
    expect([merge?.whole, merge?.layers.map(({ source }) => source)]).toEqual([false, ['d3', 'd4']]);
  });

  it('merges what an increment has taken over when nothing is to be done at the base', () => {
    const taken = MOST_OF_INCREMENT + 1;
    const { points } = chainOf(3 + taken);
    const gone = new Set(points.slice(2, 1 + taken).map(({ id }) => id));
    const folded = fold({ id: 9, points }, gone);
    expect(folded[2]?.layers).toHaveLength(taken);
    expect(planMergeOf(folded, 50)).toEqual({
      ...{ layers: folded[2]?.layers.slice(0, 2), whole: false },
      reason: `increment ${taken + 1} is made of more than ${MOST_OF_INCREMENT} layers`,
    });
    expect(planMergeOf(fold({ id: 9, points }, new Set([2, 3])), 50)).toBeUndefined();
    expect(planMergeOf([], 50)).toBeUndefined();
  });

  it('rewrites the base when what lies over it has grown past its share', () => {
    expect(planMerge(deltas([500]), 50)).toBeUndefined();
    const merge = planMerge(deltas([400, 101]), 50);
    expect([merge?.whole, merge?.layers.length]).toEqual([true, 3]);
    expect(planMerge(deltas([101]), 10)?.reason).toBe('what changed has grown past 10 % of the base');
  });

  it('moves a few times what changed, over many rotations, and never too many layers stay', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 30, maxLength: 60 }), (changes) => {
        let layers = [layer('base', 0, 100_000)];
        let moved = 0;
        changes.forEach((mib, index) => {
          layers.push(layer(`c${index}`, index, mib));
          for (let merge = planMerge(layers, 50); merge; merge = planMerge(layers, 50)) {
            const size = merge.layers.reduce((sum, one) => sum + one.sizeMb, 0);
            moved += size;
            const merged = layer(`m${index}`, merge.layers.at(-1)?.pointId ?? -1, size);
            layers = replaceLayers(layers, merge.layers, merged) ?? [];
          }
          expect(layers.length).toBeLessThanOrEqual(1 + MOST_DELTAS);
          expect(layers[0]?.source).toBe('base');
          expect(layers.at(-1)?.pointId).toBe(index);
        });
        const changed = changes.reduce((sum, mib) => sum + mib, 0);
        expect(moved).toBeLessThan(6 * changed);
      }),
    );
  });

  it('puts the result where its parts were, and only there', () => {
    const [a, b, c] = [layer('a', 0), layer('b', 1), layer('c', 2)];
    const merged = layer('m', 2);
    expect(replaceLayers([a, b, c], [b, c], merged)).toEqual([a, merged]);
    expect(replaceLayers([a, c], [b, c], merged)).toBeUndefined();
    expect(replaceLayers([a, b], [b, c], merged)).toBeUndefined();
  });
});

it('points that stand on nothing are dropped, and the oldest that is kept counts for all that it holds', () => {
  const { id, points } = chainOf(4);
  const alone = points.map((point): BackupPoint => {
    const layers = point.layers.map((one) => ({
      ...layer(one.source, point.id, 8),
      sizeMb: 1,
      disks: layer(one.source, point.id, 8).disks.map((disk) => ({ ...disk, layout: 'SLICES' as const })),
    }));
    return { ...point, type: 'FULL', parentId: -1, layers };
  });
  const folded = fold({ id, points: alone }, new Set([0, 1]));
  expect(folded.map(({ id: of, source, sizeMb, reason }) => [of, source, sizeMb, reason])).toEqual([
    [2, 's2', 8, 'what changed'],
    [3, 's3', 1, 'what changed'],
  ]);
  expect(sourcesTo(folded, 3)).toEqual(['s3']);
});
