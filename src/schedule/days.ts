// Days of a stretch of time as the wall clock has them, and sums that are counted to the day that they fall on. Pure.
import { Temporal } from 'temporal-polyfill';
import type { RunSums } from '../model/run-figures.ts';

/** Every zone's clock is a multiple of this away from the others'. */
export const PIECE_MS = 15 * 60_000;

/** Epoch seconds at which the days begin that the stretch touches, ascending. */
export function daysOf(fromSec: number, untilSec: number, zone: string): number[] {
  const begins: number[] = [];
  let day = Temporal.Instant.fromEpochMilliseconds(fromSec * 1000)
    .toZonedDateTimeISO(zone)
    .startOfDay();
  for (;;) {
    const at = Math.floor(day.epochMilliseconds / 1000);
    if (at >= untilSec) return begins;
    begins.push(at);
    day = day.add({ days: 1 }).startOfDay();
  }
}

/** Which of the days, of which there is one at least, a time is in; the last one is open. */
export function dayOf(begins: readonly number[], atSec: number): number {
  let low = 0;
  let high = begins.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((begins[middle] ?? Infinity) <= atSec) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const NO_RUNS: Readonly<RunSums> = {
  ...{ done: 0, failed: 0, cancelled: 0, running: 0, tookMs: 0, longestMs: 0 },
  ...{ readBytes: 0, sentBytes: 0, storedBytes: 0, lastMs: 0 },
};

export function added(one: Readonly<RunSums>, other: Readonly<RunSums>): RunSums {
  return {
    done: one.done + other.done,
    failed: one.failed + other.failed,
    cancelled: one.cancelled + other.cancelled,
    running: one.running + other.running,
    tookMs: one.tookMs + other.tookMs,
    longestMs: Math.max(one.longestMs, other.longestMs),
    readBytes: one.readBytes + other.readBytes,
    sentBytes: one.sentBytes + other.sentBytes,
    storedBytes: one.storedBytes + other.storedBytes,
    lastMs: Math.max(one.lastMs, other.lastMs),
  };
}

/** Sums of each day, of sums by pieces of `PIECE_MS`; a day without runs is there as well. */
export function byDay(begins: readonly number[], pieces: ReadonlyMap<number, RunSums>): RunSums[] {
  const days = begins.map((): RunSums => ({ ...NO_RUNS }));
  for (const [piece, sums] of pieces) {
    const index = dayOf(begins, (piece * PIECE_MS) / 1000);
    days[index] = added(days[index] ?? NO_RUNS, sums);
  }
  return days;
}
