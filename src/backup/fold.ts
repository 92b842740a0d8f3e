// How surplus increments leave a chain: the oldest point that is kept takes their layers over, which moves no data. One that stands on
// nothing takes nothing over. Too many layers
// are merged, the cheapest neighbours first, and the base is rewritten only when what lies over it has grown past a share of it. Pure.
import { layersOf, pointsTo, withLayers } from '../model/chain.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { BackupPoint, Image, Layer } from '../model/image.ts';

/** Layers over the base that may stand side by side: each is a stream more for a restore. */
export const MOST_DELTAS = 7;

/** The points of a chain without those before `keepFrom`, which becomes FULL and holds all that it stands on. */
export function fold(image: Pick<Image, 'id' | 'points'>, keepFrom: number): BackupPoint[] {
  const chain = pointsTo(image, keepFrom);
  if (typeof chain === 'string') throw new OneError(CODE.INTERNAL, `Image ${image.id} cannot be folded: it ${chain}.`);
  const kept = chain.at(-1);
  if (kept === undefined) return [...image.points];
  const full = withLayers(
    { ...kept, type: 'FULL', parentId: -1, reason: reasonOf(kept) },
    layersOf(chain).map(asOldest),
  );
  return [full, ...image.points.slice(image.points.indexOf(kept) + 1)];
}

/** Of slices, what stood in older points too is held by this one alone now. */
function asOldest(layer: Layer): Layer {
  if (layer.disks[0]?.layout !== 'SLICES') return layer;
  return { ...layer, sizeMb: Math.ceil(bytesOf(layer) / 2 ** 20) };
}

/** Why a point is what it is by now, and what it was taken as. */
function reasonOf({ type, reason }: BackupPoint): string {
  return type === 'FULL' ? reason : `older points were folded into it; taken as an increment: ${reason}`;
}

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
  let cheapest = 0;
  const cost = (at: number): number => bytesOf(deltas[at]) + bytesOf(deltas[at + 1]);
  for (let at = 1; at < deltas.length - 1; at++) if (cost(at) < cost(cheapest)) cheapest = at;
  const reason = `more than ${MOST_DELTAS} layers lie over the base`;
  return { layers: deltas.slice(cheapest, cheapest + 2), whole: false, reason };
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
