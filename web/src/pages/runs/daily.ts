// Points of charts from the sums of days. Pure.
import type { RunFigures } from '../../api/documents.ts';
import type { Point } from '../../parts/chart-scale.ts';
import type { Figures } from '../../parts/run-figures.ts';

type Day = RunFigures['DAY'][number];

/** Of each day: how long a backup took, what all of them read and stored, and how fast. Days without backups have no duration. */
export function dailyFigures(days: readonly Day[]): Figures {
  const points = (value: (day: Day) => number | undefined): Point[] =>
    days.flatMap((day) => {
      const of = value(day);
      return of === undefined ? [] : [{ at: day.TIME, value: of }];
    });
  if (days.every(({ DONE }) => DONE === 0)) return { seconds: [], read: [], stored: [], rate: [] };
  return {
    seconds: points(({ DONE, TOOK }) => (DONE > 0 ? TOOK / DONE : undefined)),
    read: points(({ BYTES_READ }) => BYTES_READ),
    stored: points(({ BYTES_STORED }) => BYTES_STORED),
    rate: points(({ TOOK, BYTES_READ }) => (TOOK > 0 && BYTES_READ > 0 ? BYTES_READ / TOOK : undefined)),
  };
}
