// The layers over a disk: how they are named and ordered, which one a tracker begins with, and in which steps layers are put into those
// below them. What the disk holds is what is seen through the newest layer; no step, nor half of one, may change that. Pure.
import type { DiskFormat } from '../../model/image.ts';

export interface Layer {
  path: string;
  format: DiskFormat;
}

/** What lies in a disk's directory of layers. */
export interface Stack {
  /** The disk itself, then every layer over it up to the newest. */
  layers: Layer[];
  /** Files of layers that the newest does not stand on: what they held lies further down already. */
  strays: string[];
}

/** One change of the files of a disk that nobody has open. */
export type Step =
  /** Puts what `layer` holds into `into`, on which it stands. */
  | { kind: 'commit'; layer: Layer; into: Layer }
  /** Lets `layer` stand on `onto`, which shows the same as what it stood on. */
  | { kind: 'rebase'; layer: Layer; onto: Layer }
  | { kind: 'remove'; path: string };

interface Place {
  tracker: number;
  /** A tracker that was begun again after a failed run has a layer for each time. */
  attempt: number;
}

const NAME = /^(\d+)(?:\.(\d+))?$/;
const TRACKER = /^one-\d+-(\d+)$/;

export function isLayerName(name: string): boolean {
  return NAME.test(name);
}

/** Names of layers, oldest first; other names are left out. */
export function inOrder(names: readonly string[]): string[] {
  return names.filter(isLayerName).sort((one, other) => compare(placeOf(one), placeOf(other)));
}

/** Number of the tracker `one-<vmid>-<n>`. */
export function trackerNumber(name: string): number | undefined {
  const [, number] = TRACKER.exec(name) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Name of a layer for a tracker that begins now; undefined when there are layers of later ones, over which it cannot be. */
export function nextName(names: readonly string[], tracker: number): string | undefined {
  const newest = inOrder(names).at(-1);
  if (newest === undefined) return String(tracker);
  const place = placeOf(newest);
  if (place.tracker > tracker) return undefined;
  return place.tracker < tracker ? String(tracker) : `${tracker}.${place.attempt + 1}`;
}

/** Place in the stack of the layer that a tracker began with; -1 when it has none. */
export function layerOf({ layers }: Pick<Stack, 'layers'>, tracker: number): number {
  return layers.findLastIndex(({ path }, index) => index > 0 && placeOf(nameOf(path)).tracker === tracker);
}

/** Puts the layers between two of them into the lower one. */
export function stepsBetween({ layers, strays }: Stack, lower: number, upper: number): Step[] {
  const into = layers[lower]!;
  return [
    ...strays.map((path): Step => ({ kind: 'remove', path })),
    ...layers.slice(lower + 1, upper).flatMap((layer, index): Step[] => [
      { kind: 'commit', layer, into },
      { kind: 'rebase', layer: layers[lower + index + 2]!, onto: into },
      { kind: 'remove', path: layer.path },
    ]),
  ];
}

/** Puts all layers into the disk. The newest is the last one, so that at no time an older one can pass for it. */
export function stepsToCollapse(stack: Stack): Step[] {
  const { layers } = stack;
  const top = layers.length - 1;
  const below = stepsBetween(stack, 0, top);
  if (top === 0) return below;
  return [
    ...below,
    { kind: 'commit', layer: layers[top]!, into: layers[0]! },
    { kind: 'remove', path: layers[top]!.path },
  ];
}

function placeOf(name: string): Place {
  const [, tracker, attempt] = NAME.exec(name) ?? [];
  return { tracker: Number(tracker), attempt: Number(attempt ?? 0) };
}

function compare(one: Place, other: Place): number {
  return one.tracker - other.tracker || one.attempt - other.attempt;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
