// Pure: what the fault loop prints in the end: for each flow its calls by kind, what was tried in which mode, and how that ended.
import { ENDINGS, MODES, nameOf, type Ending, type Fault } from './cases.ts';

export interface Tried extends Fault {
  /** The call was made, and so was broken. */
  reached: boolean;
  ending: Ending;
  compares: boolean;
  ms: number;
}

export interface FlowReport {
  flow: string;
  /** What it does when it is whole. */
  calls: readonly string[];
  tried: Tried[];
  wrong: string[];
}

interface Manner {
  seed: number;
  seconds: number;
  covering: boolean;
}

const KINDS: ReadonlyArray<readonly [title: string, names: RegExp]> = [
  ['database', /^sqlite\./],
  ['files', /^(fs|file)\./],
  ['programs', /^process\./],
  ['movers', /^mover\./],
  ['sockets', /^net\./],
];

export function reportOf(reports: readonly FlowReport[], { seed, seconds, covering }: Manner): string {
  const tried = reports.flatMap((report) => report.tried);
  const wrong = reports.reduce((sum, report) => sum + report.wrong.length, 0);
  const compared = tried.filter(({ compares, reached }) => compares && reached).length;
  const median = tried.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(tried.length / 2)] ?? 0;
  return [
    '',
    table([
      ['outside calls', 'all', 'places', ...KINDS.map(([title]) => title)],
      ...reports.map(({ flow, calls }) => [
        flow,
        calls.length,
        new Set(calls).size,
        ...KINDS.map(([, names]) => calls.filter((call) => names.test(nameOf(call))).length),
      ]),
      [
        'together',
        ...sums(
          reports.map(({ calls }) => [
            calls.length,
            new Set(calls).size,
            ...KINDS.map(([, names]) => calls.filter((call) => names.test(nameOf(call))).length),
          ]),
        ),
      ],
    ]),
    '',
    table([
      ['tried', ...MODES, 'all', 'not made', ...ENDINGS.map((ending) => TITLES[ending]), 'wrong'],
      ...reports.map((report) => [report.flow, ...rowOf(report)]),
      ['together', ...sums(reports.map(rowOf))],
    ]),
    '',
    `${tried.length} cases${covering ? ', one call of each kind and place in each mode' : ', every call in every mode'}, ONEVAULT_SEED=${seed}, ${seconds} s, median ${Math.round(median)} ms; points restored and compared after ${compared}`,
    `wrong: ${wrong}`,
  ].join('\n');
}

const TITLES: Record<Ending, string> = {
  well: 'ended well',
  failed: 'failed',
  again: 'taken up',
  restart: 'by restart',
  nothing: 'not begun',
};

function rowOf({ tried, wrong }: FlowReport): number[] {
  const reached = tried.filter((one) => one.reached);
  return [
    ...MODES.map((mode) => reached.filter((one) => one.mode === mode).length),
    reached.length,
    tried.length - reached.length,
    ...ENDINGS.map((ending) => reached.filter((one) => one.ending === ending).length),
    wrong.length,
  ];
}

const sums = (rows: ReadonlyArray<readonly number[]>): number[] =>
  rows.reduce<number[]>((sum, row) => row.map((value, column) => value + (sum[column] ?? 0)), []);

function table(rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  const texts = rows.map((row) => row.map(String));
  const widths = texts[0]!.map((_title, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  return texts
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
    )
    .join('\n');
}
