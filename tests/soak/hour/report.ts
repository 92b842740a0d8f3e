// What a long soak has done and seen, in words for people. Pure.
import type { Operation } from '../../../src/model/operation.ts';
import { table } from '../../bench/report.ts';
import { quantile, type Steadiness } from './steady.ts';

export interface Figures {
  guests: number;
  minutes: number;
  seed: number;
  load: string;
  runs: readonly Operation[];
  causes: ReadonlyMap<string, string>;
  done: ReadonlyMap<string, number>;
  refusals: ReadonlyMap<string, number>;
  compared: number;
  roots: number;
  left: number;
  watched: ReadonlyMap<string, Steadiness & { atRestBefore: number; atRestAfter: number }>;
  wrong: readonly string[];
}

export function reported(figures: Figures): string[] {
  const { guests, minutes, seed, load, runs, done, refusals, wrong } = figures;
  return [
    `${guests} guests, ${minutes.toFixed(0)} minutes, ONEVAULT_SEED=${seed}, load ${load}`,
    '',
    ...table([['what was done', 'times'], ...counts(done)]).split('\n'),
    '',
    ...table([RUN_HEAD, ...runRows(runs)]).split('\n'),
    '',
    ...table([['not done, because', 'runs'], ...counts(becauseOf(runs, figures.causes))]).split('\n'),
    ...(refusals.size === 0
      ? []
      : ['', ...table([['refused, as it has to be', 'times'], ...counts(refusals)]).split('\n')]),
    '',
    ...table([WATCH_HEAD, ...watchRows(figures)]).split('\n'),
    '',
    `restored and compared: ${figures.compared} points, ${figures.roots} of them with their root disks; left in the end: ${figures.left} points`,
    `wrong: ${wrong.length}`,
    ...wrong,
  ];
}

const RUN_HEAD = ['runs', 'done', 'cancelled', 'failed', 'median s', 'p99 s', 'most s', 'waited, median s'];
const WATCH_HEAD = [
  'of the daemon',
  'at rest',
  'first',
  'median',
  'last',
  'most',
  'growth',
  'limit',
  'at rest in the end',
  '',
];

/** Backups by their kind, as a full one is another thing than an increment. */
function kindOf({ kind, type, inPlace, instant }: Operation): string {
  if (kind === 'backup') return `backup, ${(type ?? 'not begun').toLowerCase()}`;
  if (kind !== 'restore') return kind;
  return inPlace ? 'restore in place' : instant ? 'restore at once' : 'restore';
}

function runRows(runs: readonly Operation[]): string[][] {
  return [...Map.groupBy(runs, kindOf)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([kind, all]) => {
      const times = (result: string): string => String(all.filter((one) => one.result === result).length);
      const done = all.filter(({ result }) => result === 'done');
      const took = done.map(({ begunAt, startedAt, endedAt }) => (endedAt - (begunAt ?? startedAt)) / 1000);
      const waited = done.map(({ begunAt, startedAt }) => ((begunAt ?? startedAt) - startedAt) / 1000);
      const seconds = (values: readonly number[], share: number): string =>
        values.length === 0 ? '-' : quantile(values, share).toFixed(1);
      return [
        ...[kind, times('done'), times('cancelled'), times('failed')],
        ...[seconds(took, 0.5), seconds(took, 0.99), seconds(took, 1), seconds(waited, 0.5)],
      ];
    });
}

function becauseOf(runs: readonly Operation[], causes: ReadonlyMap<string, string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const { id, kind, result } of runs) {
    if (result === 'done') continue;
    const because = `${kind} ${result}: ${causes.get(id) ?? 'NOT EXPLAINED'}`;
    found.set(because, (found.get(because) ?? 0) + 1);
  }
  return found;
}

function watchRows({ watched }: Figures): string[][] {
  const told = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));
  return [...watched].map(([name, one]) => [
    name,
    ...[one.atRestBefore, one.first, one.median, one.last, one.most, one.growth, one.limit, one.atRestAfter].map(told),
    one.steady ? '' : 'GROWS',
  ]);
}

function counts(of: ReadonlyMap<string, number>): string[][] {
  return [...of].toSorted(([a], [b]) => a.localeCompare(b)).map(([what, times]) => [what, String(times)]);
}
