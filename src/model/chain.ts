// A chain of backups: points that stand on each other, and the layers in the backup system that hold them. Pure.
import type { BackupPoint, Image, Layer } from './image.ts';

export type ChainOf = Pick<Image, 'points'>;

/**
 * The points from the full one to point `id`, oldest first; a string that says what is missing when there is no such chain, which
 * goes on after "the backup ".
 */
export function pointsTo({ points }: ChainOf, id: number): BackupPoint[] | string {
  const chain: BackupPoint[] = [];
  for (let wanted = id; wanted !== -1;) {
    const point = points.find((one) => one.id === wanted);
    if (point === undefined) return `is broken: increment ${wanted}, which others need, is missing`;
    if (chain.includes(point)) return `is broken: increment ${wanted} stands on itself`;
    if (point.layers.length === 0) return `is broken: increment ${wanted} holds nothing`;
    if (point.type === 'INCREMENT' && point.parentId === -1) return `is broken: increment ${wanted} stands on nothing`;
    chain.unshift(point);
    wanted = point.type === 'FULL' ? -1 : point.parentId;
  }
  return chain.length === 0 ? 'holds no backup' : chain;
}

/** Layers of points, oldest first. */
export function layersOf(points: readonly BackupPoint[]): Layer[] {
  return points.flatMap(({ layers }) => layers);
}

/** The layer that holds what the point itself brought last: its disks and vm.xml are those of the point's instant. */
export function topLayer(point: BackupPoint): Layer {
  const top = point.layers.at(-1);
  if (top === undefined) throw new Error(`point ${point.id} has no layer`);
  return top;
}

/** Every snapshot that belongs to an image, those that nobody needs any more included. */
export function sourcesOf({ points, garbage = [] }: Pick<Image, 'points' | 'garbage'>): string[] {
  return [...layersOf(points).map(({ source }) => source), ...garbage];
}

/** The point with these layers instead of its own. */
export function withLayers(point: BackupPoint, layers: Layer[]): BackupPoint {
  const sizeMb = layers.reduce((sum, layer) => sum + layer.sizeMb, 0);
  return { ...point, layers, sizeMb, source: layers.map(({ source }) => source).join('+') };
}

/** Size of an image: all its layers, in MB. */
export function sizeOf({ points }: ChainOf): number {
  return points.reduce((sum, point) => sum + point.sizeMb, 0);
}
