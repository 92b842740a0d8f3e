// Whether the points of a backup stand on each other, and every snapshot belongs to one place alone. Pure.
import { pointsTo, sizeOf, sourcesOf } from '../model/chain.ts';
import { IMAGE_TYPE, type Image } from '../model/image.ts';
import { finding, type Finding } from './finding.ts';
import type { Records } from './records.ts';

const say = finding('backup');

export function checkChains({ images, vms }: Records): Finding[] {
  const backups = [...images.values()].filter(({ type }) => type === IMAGE_TYPE.BACKUP);
  const found = [...backups.flatMap(checkImage), ...checkSources(backups)];
  for (const { id, backups: of } of vms.values()) {
    const { incrementalBackupId, lastIncrementId } = of.config;
    const last = images.get(incrementalBackupId)?.points.at(-1);
    if (last && last.id !== lastIncrementId) {
      const where = `image ${incrementalBackupId} ends with increment ${last.id}`;
      found.push(say(`VM [${id}] goes on after increment ${lastIncrementId}, but ${where}.`));
    }
  }
  return found;
}

function checkImage(image: Image): Finding[] {
  const { id, points, sizeMb } = image;
  const found: Finding[] = [];
  if (points.length === 0) found.push(say(`image [${id}] is a backup that holds no point.`));
  points.forEach((point, index) => {
    if (point.id <= (points[index - 1]?.id ?? -1)) {
      found.push(say(`image [${id}] has increment ${point.id} out of order.`));
    }
    const chain = pointsTo(image, point.id);
    if (typeof chain === 'string') found.push(say(`image [${id}]: increment ${point.id} ${chain}.`));
  });
  const whole = sizeOf(image);
  if (sizeMb !== whole) found.push(say(`image [${id}] has ${sizeMb} MB, but its increments have ${whole}.`));
  return found;
}

/** Snapshots are named per datastore; one in two places would be removed with either. */
function checkSources(backups: readonly Image[]): Finding[] {
  const holders = new Map<string, number>();
  return backups.flatMap((image) =>
    sourcesOf(image).flatMap((source) => {
      const key = `${image.datastoreId} ${source}`;
      const other = holders.get(key);
      holders.set(key, image.id);
      return other === undefined ? [] : [say(`image [${image.id}] holds snapshot ${source}, and image ${other} does.`)];
    }),
  );
}
