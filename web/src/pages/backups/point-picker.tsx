// Chooses a point in time of a backup.
import { Select } from '@mantine/core';
import { shortMoment } from '../../parts/format.ts';
import type { Point } from '../../parts/points.ts';
import { texts } from '../../texts/index.ts';

const { points: words, restore } = texts.backups;

interface Props {
  label: string;
  points: readonly Point[];
  /** As the daemon's methods call it. */
  value: number;
  onChange: (id: number) => void;
}

/** The newest first. */
export function PointPicker({ label, points, value, onChange }: Props) {
  return (
    <Select
      label={label}
      data={points.toReversed().map(({ id, date, type }) => ({
        value: String(id),
        label: restore.pointOf(shortMoment(date), type === 'FULL' ? words.full : words.increment),
      }))}
      value={String(value)}
      onChange={(chosen) => {
        if (chosen !== null) onChange(Number(chosen));
      }}
      allowDeselect={false}
    />
  );
}

/** The point of that number, or the newest one. */
export function chosenPoint(points: readonly Point[], id: number): Point | undefined {
  return points.find((point) => point.id === id) ?? points.at(-1);
}
