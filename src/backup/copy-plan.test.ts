// What a copy is given: a copy that follows its image, however that is folded and merged between two copies, holds what the image holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layersOf, pointsTo } from '../model/chain.ts';
import type { BackupPoint, Layer } from '../model/image.ts';
import { copiedPoint, copiesDue, nextToCopy, type KnownBackup } from './copy-plan.ts';
import { fold, replaceLayers } from './fold.ts';

/** `source` names the points that the layer holds the changes of. */
const layer = (source: string, pointId: number): Layer => ({ source, path: '/b', pointId, sizeMb: 1, disks: [] });

function point(id: number, layout: 'chain' | 'full' = 'chain'): BackupPoint {
  const full = id === 0 || layout === 'full';
  return {
    ...{ id, parentId: full ? -1 : id - 1, type: full ? 'FULL' : 'INCREMENT', date: id, sizeMb: 1, source: `${id}` },
    ...{ layers: [layer(`${id}`, id)], consistency: 'crash', tracker: 't', reason: 'r', vmTemplate: [] },
  };
}

const image = (...points: BackupPoint[]): { id: number; points: BackupPoint[] } => ({ id: 7, points });

/** The points whose changes a point is made of, which must be all up to it. */
function changesOf(points: readonly BackupPoint[], id: number): Set<number> {
  const chain = pointsTo({ points: [...points] }, id);
  if (typeof chain === 'string') throw new Error(chain);
  return new Set(layersOf(chain).flatMap(({ source }) => source.split('+').map(Number)));
}

function copyAll(of: ReturnType<typeof image>, copied: BackupPoint[]): void {
  for (let next = nextToCopy(of, copied); next; next = nextToCopy(of, copied)) {
    const source = next.layers.map((one) => one.source).join('+');
    copied.push(copiedPoint(next, layer(source, next.point.id)));
  }
}

describe('what is copied next', () => {
  it('is the oldest point that is missing, over the newest that is there', () => {
    const chain = image(point(0), point(1), point(2));
    expect(nextToCopy(chain, [])).toMatchObject({ point: { id: 0 }, whole: true, parentId: -1 });
    expect(nextToCopy(chain, [point(0)])).toMatchObject({
      ...{ point: { id: 1 }, layers: [{ source: '1' }], whole: false, parentId: 0 },
    });
    expect(nextToCopy(chain, chain.points)).toBeUndefined();
  });

  it('is never what the copy has dropped', () => {
    const chain = image(point(0), point(1), point(2));
    expect(nextToCopy(chain, [{ ...point(2), type: 'FULL', parentId: -1 }])).toBeUndefined();
  });

  it('is whole when the image no longer tells what changed since the copy', () => {
    const merged: BackupPoint = { ...point(2), type: 'FULL', parentId: -1, layers: [layer('0+1+2', 2)] };
    expect(nextToCopy(image(merged), [point(0), point(1)])).toMatchObject({ whole: true, parentId: -1 });
    expect(nextToCopy(image(point(3, 'full'), point(4, 'full')), [point(3, 'full')])).toMatchObject({
      ...{ point: { id: 4 }, whole: true, parentId: -1 },
    });
  });

  it('has no tracker, proof or pin of its own', () => {
    const proven = { ...point(0), pin: { reason: 'r' }, verified: { date: 1, good: true, reason: '' } };
    const next = nextToCopy(image(proven), []);
    const copied = next && copiedPoint(next, layer('c', 0));
    expect(copied).toEqual({ ...point(0), tracker: '', source: 'c', layers: [layer('c', 0)] });
  });

  it('makes every point whole, whatever is folded and merged in between', () => {
    const step = fc.constantFrom('backup', 'copy', 'fold', 'merge');
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), fc.infiniteStream(fc.nat()), (steps, chance) => {
        const of = image(point(0));
        const copied: BackupPoint[] = [];
        const pick = (most: number): number => (chance.next().value ?? 0) % most;
        for (const what of steps) {
          if (what === 'backup') of.points.push(point((of.points.at(-1)?.id ?? 0) + 1));
          if (what === 'copy') copyAll(of, copied);
          const [full] = of.points;
          if (what === 'fold') {
            const gone = of.points.slice(0, pick(of.points.length));
            of.points = fold(of, new Set(gone.map(({ id }) => id)));
          }
          if (what === 'merge' && full && full.layers.length > 1) {
            const at = pick(full.layers.length - 1);
            const [low, high] = full.layers.slice(at, at + 2);
            if (!low || !high) throw new Error('There are no two layers.');
            const layers = replaceLayers(full.layers, [low, high], layer(`${low.source}+${high.source}`, high.pointId));
            of.points = [{ ...full, layers: layers ?? [] }, ...of.points.slice(1)];
          }
        }
        copyAll(of, copied);
        expect(copied.at(-1)?.id).toBe(of.points.at(-1)?.id);
        for (const { id } of copied) {
          expect(changesOf(copied, id)).toEqual(new Set(Array.from({ length: id + 1 }, (_, index) => index)));
        }
      }),
    );
  });
});

describe('what is due when the daemon begins', () => {
  const of = (id: number, change: Partial<KnownBackup> = {}): KnownBackup => ({
    ...{ id, vmId: 1, datastoreId: 100, lastPointId: 3, failed: false },
    ...change,
  });
  const to = (id: number): number | undefined => (id === 100 ? 101 : undefined);
  const due = (...all: KnownBackup[]): number[] => copiesDue(all, to).map(({ imageId }) => imageId);

  it('is the newest image of a VM that has points which its copy lacks', () => {
    expect(copiesDue([of(5), of(6)], to)).toEqual([{ imageId: 6, datastoreId: 101 }]);
    expect(due(of(6), of(8, { datastoreId: 101, copyOf: 6 }))).toEqual([]);
    expect(due(of(6), of(8, { datastoreId: 101, copyOf: 6, lastPointId: 2 }))).toEqual([6]);
    expect(due(of(6), of(8, { datastoreId: 102, copyOf: 6 }))).toEqual([6]);
  });

  it('is what failed before, and nothing of a datastore that is not copied', () => {
    expect(due(of(5, { failed: true }), of(6), of(8, { datastoreId: 101, copyOf: 6 }))).toEqual([5]);
    expect(due(of(6, { datastoreId: 7, failed: true }))).toEqual([]);
  });
});
