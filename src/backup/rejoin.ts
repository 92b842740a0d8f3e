// An image whose record is older than its snapshots: points are made anew of those that it names and that are still there, and of those that
// were found beside them. What was known of a point stays known. Pure.
import type { BackupRecord } from '../model/backup-record.ts';
import { topLayer, withLayers, type ChainOf } from '../model/chain.ts';
import type { BackupPoint } from '../model/image.ts';
import { rebuild, type DescribedSnapshot, type Rebuilt } from './rebuild.ts';

/** `found` is never empty: the first of it says whose image it is. */
export function rejoin(
  known: ChainOf,
  listed: ReadonlySet<string>,
  found: readonly [DescribedSnapshot, ...DescribedSnapshot[]],
): Rebuilt {
  const { points, left } = rebuild([...found, ...knownSnapshots(known, listed, found[0].record)]);
  return { points: folded(known, points).map((point) => asKnown(known, point)), left };
}

/** The known snapshots that are still there, as they would describe themselves. */
function knownSnapshots({ points }: ChainOf, listed: ReadonlySet<string>, like: BackupRecord): DescribedSnapshot[] {
  return points.flatMap((point) => {
    const parent = points.find(({ id }) => id === point.parentId);
    const under = point.type === 'FULL' || parent === undefined ? -1 : topLayer(parent).pointId;
    const described = point.layers.map((layer, at): DescribedSnapshot => {
      const { date, consistency, reason, vmTemplate } = point;
      const below = point.layers[at - 1]?.pointId ?? under;
      const disks = layer.disks.map((disk) => ({ ...disk, target: '' }));
      const record = { ...like, point: { id: layer.pointId, below, date, consistency, reason }, disks, vmTemplate };
      return { source: layer.source, directory: layer.path, storedAt: date, record };
    });
    return described.filter(({ source }) => listed.has(source));
  });
}

/** Of a point that was folded into a later one nothing but its layers is known: they stay with the point above. */
function folded({ points: before }: ChainOf, points: readonly BackupPoint[]): BackupPoint[] {
  const named = new Set(before.flatMap(({ layers }) => layers.map(({ source }) => source)));
  const isPoint = ({ id, source }: BackupPoint): boolean => !named.has(source) || before.some((one) => one.id === id);
  const made: BackupPoint[] = [];
  let under: BackupPoint[] = [];
  for (const point of points) {
    if (!isPoint(point)) under.push(point);
    else {
      const [lowest] = point.type === 'FULL' ? [] : under;
      const { type, parentId } = lowest ?? point;
      const layers = lowest ? [...under.flatMap((one) => one.layers), ...point.layers] : point.layers;
      made.push(withLayers({ ...point, type, parentId }, layers));
      under = [];
    }
  }
  return made;
}

function asKnown({ points }: ChainOf, point: BackupPoint): BackupPoint {
  const before = points.find(({ id }) => id === point.id);
  if (before === undefined) return point;
  const { type, parentId, tracker } = point;
  if (before.source === point.source) return { ...before, type, parentId, tracker };
  return { ...before, ...point, reason: before.reason, vmTemplate: before.vmTemplate };
}
