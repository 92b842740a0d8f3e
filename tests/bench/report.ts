// Turns measurements into medians and a table for people. Pure.
import type { Measurement } from './measure.ts';

export interface Summary {
  runs: number;
  /** Medians over the runs, each number by itself. */
  median: Measurement;
  /** Shortest and longest wall time, to see how far the runs were apart. */
  wallSecRange: [number, number];
}

/** The middle value, or the mean of the two middle ones. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** Throws when there is no measurement. */
export function summarize(runs: readonly Measurement[]): Summary {
  const first = runs[0];
  if (!first) throw new Error('Nothing was measured.');
  const middle = (of: (run: Measurement) => number): number => median(runs.map(of));
  const known = runs.flatMap(({ diskBytes }) => (diskBytes === undefined ? [] : [diskBytes]));
  const walls = runs.map(({ wallSec }) => wallSec);
  return {
    runs: runs.length,
    median: {
      wallSec: middle((run) => run.wallSec),
      involvedSec: middle((run) => run.involvedSec),
      systemSec: middle((run) => run.systemSec),
      processSec: eachName(runs.map((run) => run.processSec)),
      diskBytes: known.length === 0 ? undefined : median(known),
      writtenBytes: middle((run) => run.writtenBytes),
      peakRssBytes: eachName(runs.map((run) => run.peakRssBytes)),
    },
    wallSecRange: [Math.min(...walls), Math.max(...walls)],
  };
}

/** Columns as wide as their widest cell; the first is aligned left, the others right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    widths.map((width, at) => (at === 0 ? (row[at] ?? '').padEnd(width) : (row[at] ?? '').padStart(width))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** One row per variant, compared with the first by wall and CPU time. */
export function resultTable(summaries: ReadonlyMap<string, Summary>): string {
  const [base] = summaries.values();
  const head = [
    'variant',
    'runs',
    'wall s',
    'from-to',
    'x',
    'CPU s',
    'x',
    'system CPU s',
    'disk MiB',
    'written MiB',
    'peak MiB',
  ];
  const rows = [...summaries].map(
    ([
      name,
      {
        runs,
        median: m,
        wallSecRange: [from, to],
      },
    ]) => [
      name,
      String(runs),
      m.wallSec.toFixed(2),
      `${from.toFixed(2)}-${to.toFixed(2)}`,
      ratio(m.wallSec, base?.median.wallSec),
      m.involvedSec.toFixed(2),
      ratio(m.involvedSec, base?.median.involvedSec),
      m.systemSec.toFixed(2),
      m.diskBytes === undefined ? '-' : mib(m.diskBytes),
      mib(m.writtenBytes),
      Object.entries(m.peakRssBytes)
        .map(([who, bytes]) => `${who} ${mib(bytes)}`)
        .join(', '),
    ],
  );
  return table([head, ...rows]);
}

function eachName(runs: readonly Record<string, number>[]): Record<string, number> {
  const names = new Set(runs.flatMap((run) => Object.keys(run)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(runs.flatMap((run) => (run[name] === undefined ? [] : [run[name]])))]),
  );
}

function ratio(value: number, of: number | undefined): string {
  return of === undefined || of === 0 ? '-' : (value / of).toFixed(2);
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
