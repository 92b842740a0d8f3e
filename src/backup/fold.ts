// How surplus increments leave a chain: the next point that is kept takes their layers over, which moves no data. One that stands on
// nothing takes nothing over. Too many layers
// are merged, the cheapest neighbours first, and the base is rewritten only when what lies over it has grown past a share of it. Pure.
import { layersOf, pointsTo, withLayers } from '../model/chain.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { BackupPoint, Image, Layer } from '../model/image.ts';

/** Layers over the base that may stand side by side: each is a stream more for a restore. */
export const MOST_DELTAS = 7;

/** The points of a chain without those that go. What others stand on of them these take over; the oldest becomes FULL. */
export function fold(image: Pick<Image, 'id' | 'points'>, gone: ReadonlySet<number>): BackupPoint[] {
  const taken = new Set<BackupPoint>();
  let passed: BackupPoint[] = []; // what went since the last one that is kept
  const kept: BackupPoint[] = [];
  for (const point of image.points) {
    if (gone.has(point.id)) {
      passed.push(point);
      continue;
    }
    const first = kept.length === 0 && passed.length > 0;
    if (point.type === 'FULL') kept.push(withLayers(point, point.layers.map(slicesOf(passed, first))));
    else if (!gone.has(point.parentId)) kept.push(point);
    else kept.push(takeOver(image, point, gone, taken));
    passed = [];
  }
  return kept;
}

/** The point with the layers of all that goes below it. */
function takeOver(
  image: Pick<Image, 'id' | 'points'>,
  point: BackupPoint,
  gone: ReadonlySet<number>,
  taken: Set<BackupPoint>,
): BackupPoint {
  const refuse = (why: string): OneError =>
    new OneError(CODE.INTERNAL, `Image ${image.id} cannot be folded: it ${why}.`);
  const chain = pointsTo(image, point.id);
  if (typeof chain === 'string') throw refuse(chain);
  const below = chain.slice(0, -1);
  const from = below.findLastIndex(({ id }) => !gone.has(id));
  const going = below.slice(from + 1);
  for (const one of going) {
    if (taken.has(one)) throw refuse(`branches at increment ${one.id}`);
    taken.add(one);
  }
  const parent = below[from];
  const layers = layersOf([...going, point]);
  if (parent) return withLayers({ ...point, parentId: parent.id }, layers);
  return withLayers({ ...point, type: 'FULL', parentId: -1, reason: reasonOf(point) }, layers);
}

/** Of slices, what only those held that went is held by the next one alone now; of the first one that is all of it. */
function slicesOf(passed: readonly BackupPoint[], first: boolean): (layer: Layer) => Layer {
  const went = passed.reduce((sum, { sizeMb }) => sum + sizeMb, 0);
  return (layer) => {
    if (layer.disks[0]?.layout !== 'SLICES' || passed.length === 0) return layer;
    const whole = Math.ceil(bytesOf(layer) / 2 ** 20);
    return { ...layer, sizeMb: first ? whole : Math.min(whole, layer.sizeMb + went) };
  };
}

/** Why a point is what it is by now, and what it was taken as. */
function reasonOf({ type, reason }: BackupPoint): string {
  return type === 'FULL' ? reason : `older points were folded into it; taken as an increment: ${reason}`;
}

/** Layers that an increment may be made of before some of them are merged. */
export const MOST_OF_INCREMENT = 3;

export interface Merge {
  /** Layers that follow each other, oldest first. */
  layers: Layer[];
  /** Whether the base is among them. */
  whole: boolean;
  reason: string;
}

/** What is to be merged of the layers of a chain's full point; undefined when nothing is. */
export function planMerge(layers: readonly Layer[], sharePercent: number): Merge | undefined {
  const [base, ...deltas] = layers;
  if (base === undefined || deltas.length === 0) return undefined;
  const over = deltas.reduce((sum, delta) => sum + bytesOf(delta), 0);
  if (over * 100 > bytesOf(base) * sharePercent) {
    return { layers: [...layers], whole: true, reason: `what changed has grown past ${sharePercent} % of the base` };
  }
  if (deltas.length <= MOST_DELTAS) return undefined;
  return { layers: cheapest(deltas), whole: false, reason: `more than ${MOST_DELTAS} layers lie over the base` };
}

/** What is to be merged in a chain: of its full point, or else of an increment that has taken many layers over. */
export function planMergeOf([oldest, ...others]: readonly BackupPoint[], sharePercent: number): Merge | undefined {
  const first = planMerge(oldest?.layers ?? [], sharePercent);
  if (first) return first;
  const much = others.find(({ layers }) => layers.length > MOST_OF_INCREMENT);
  if (!much) return undefined;
  const reason = `increment ${much.id} is made of more than ${MOST_OF_INCREMENT} layers`;
  return { layers: cheapest(much.layers), whole: false, reason };
}

/** The two neighbours that are the least to read. */
function cheapest(deltas: readonly Layer[]): Layer[] {
  let found = 0;
  const cost = (at: number): number => bytesOf(deltas[at]) + bytesOf(deltas[at + 1]);
  for (let at = 1; at < deltas.length - 1; at++) if (cost(at) < cost(found)) found = at;
  return deltas.slice(found, found + 2);
}

/** The layers with `merged` in place of those that were merged; undefined when they are not there side by side any more. */
export function replaceLayers(layers: readonly Layer[], gone: readonly Layer[], merged: Layer): Layer[] | undefined {
  const at = layers.findIndex(({ source }) => source === gone[0]?.source);
  const same = gone.every(({ source }, index) => layers[at + index]?.source === source);
  if (at < 0 || !same) return undefined;
  return [...layers.slice(0, at), merged, ...layers.slice(at + gone.length)];
}

function bytesOf(layer: Layer | undefined): number {
  return layer === undefined ? Infinity : layer.disks.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
}
