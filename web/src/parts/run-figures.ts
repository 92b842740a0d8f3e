// What runs took and moved, as points of charts and cells of tables. Pure.
import type { Run } from '../api/documents.ts';
import type { Point } from './chart-scale.ts';
import type { Tone } from './state-badge.tsx';

export const RESULT_TONES: Record<Run['RESULT'], Tone> = {
  running: 'busy',
  waiting: 'calm',
  done: 'good',
  failed: 'bad',
  cancelled: 'care',
};

/** Seconds of work, without what it waited; of a run under way until now; undefined before it began. */
export function workedSec({ BEGIN, END }: Pick<Run, 'BEGIN' | 'END'>, nowSec: number): number | undefined {
  if (BEGIN <= 0) return undefined;
  return Math.max(0, (END > 0 ? END : nowSec) - BEGIN);
}

/** Bytes a second of a run that has ended well, over all its work; undefined where that says nothing. */
export function throughput(run: Pick<Run, 'BEGIN' | 'END' | 'RESULT' | 'BYTES_READ'>): number | undefined {
  if (run.RESULT !== 'done' || run.BYTES_READ <= 0) return undefined;
  const seconds = workedSec(run, run.END);
  return seconds === undefined ? undefined : run.BYTES_READ / Math.max(seconds, 1);
}

export interface Figures {
  seconds: Point[];
  read: Point[];
  stored: Point[];
  rate: Point[];
}

/** Of the backups among the runs that have ended well, the oldest first. */
export function figuresOf(runs: readonly Run[]): Figures {
  const ended = runs
    .filter(({ KIND, RESULT, END }) => KIND === 'backup' && RESULT === 'done' && END > 0)
    .toSorted((a, b) => a.END - b.END);
  const points = (value: (run: Run) => number | undefined): Point[] =>
    ended.flatMap((run) => {
      const of = value(run);
      return of === undefined ? [] : [{ at: run.END, value: of }];
    });
  return {
    seconds: points((run) => workedSec(run, run.END)),
    read: points(({ BYTES_READ }) => BYTES_READ),
    stored: points(({ BYTES_STORED }) => BYTES_STORED),
    rate: points(throughput),
  };
}
