// Whether a point in time is a full backup or an increment.
import { Badge } from '@mantine/core';
import { texts } from '../texts/index.ts';
import type { Point } from './points.ts';

const { points: words } = texts.backups;

export function PointType({ type }: Pick<Point, 'type'>) {
  const isFull = type === 'FULL';
  return (
    <Badge variant={isFull ? 'light' : 'outline'} color="gray" c="var(--mantine-color-text)" tt="none">
      {isFull ? words.full : words.increment}
    </Badge>
  );
}
