// Sums over days. Pure.
import type { RunFigures } from '../../api/documents.ts';

export interface Totals {
  done: number;
  failed: number;
  cancelled: number;
}

export function totalsOf(
  days: ReadonlyArray<Pick<RunFigures['DAY'][number], 'DONE' | 'FAILED' | 'CANCELLED'>>,
): Totals {
  const sum = (of: (day: (typeof days)[number]) => number): number => days.reduce((all, day) => all + of(day), 0);
  return {
    done: sum(({ DONE }) => DONE),
    failed: sum(({ FAILED }) => FAILED),
    cancelled: sum(({ CANCELLED }) => CANCELLED),
  };
}
