// Breaks every outside call of seven flows, each in every way, and prints what came of it; ends with 1 when anything was wrong.
// usage: node tests/faults/loop/main.ts [--covering] [--flows a,b] [--seed n] [--jobs n] [--compare n] [--case 'flow|call|nth|mode']
// --seconds n: ends after so long; --state file: keeps what came of each case there, and goes on from it.
// --covering: a call of each kind and place in each mode that differs, in a flow that makes it. --compare n: after every nth case the points are restored and compared.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chanceOf, coveringCases, everyCase, notTried, type Fault, type FlowFault, type Mode } from './cases.ts';
import { reportOf, type FlowReport } from './report.ts';
import { Worker } from './worker-process.ts';
import type { Order, Told } from './worker.ts';

const FLOWS = ['backup', 'increment', 'flatten', 'restore', 'in-place', 'delete', 'job'];
/** A flow runs whole so often before, to see which calls come in every run. */
const WHOLE = 2;
/** A call that comes only sometimes is waited for in so many runs. */
const TRIES = 8;

const { values } = parseArgs({
  options: {
    covering: { type: 'boolean', default: false },
    flows: { type: 'string', default: FLOWS.join() },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: '2' },
    compare: { type: 'string', default: '20' },
    case: { type: 'string' },
    seconds: { type: 'string', default: 'Infinity' },
    state: { type: 'string' },
  },
});

interface State {
  all: FlowReport[];
  tookMs: number;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const seed = Number(values.seed);
const every = Number(values.compare);
const workers = Array.from({ length: Number(values.jobs) }, () => new Worker());
await Promise.all(workers.map(({ ready }) => ready));
const from = performance.now();
const reports = new Map<string, FlowReport>();
const runs = new Map<string, Array<readonly string[]>>();
const until = from + Number(values.seconds) * 1000;
let earlierMs = 0;
if (values.state && existsSync(values.state)) goOn(JSON.parse(readFileSync(values.state, 'utf8')) as State);
for (const flow of values.flows.split(',')) if (!reports.has(flow)) await runWhole(flow);
const waiting = allCases()
  .map((fault, index) => ({ fault, compares: every > 0 && (index + seed) % every === 0 }))
  .filter(({ fault }) => !reports.get(fault.flow)?.tried.some((one) => isSame(one, fault)));
await Promise.all(workers.map(tryAll));
const tookMs = earlierMs + performance.now() - from;
if (waiting.length > 0) print(`${waiting.length} cases are left`);
if (values.covering && !values.case) checkCovered();
for (const worker of workers) worker.end();
const all = [...reports.values()];
if (values.state) writeFileSync(values.state, JSON.stringify({ all, tookMs } satisfies State));
print(reportOf(all, { seed, seconds: Math.round(tookMs / 1000), covering: values.covering }));
process.exitCode = waiting.length > 0 || all.some(({ wrong }) => wrong.length > 0) ? 1 : 0;

function goOn({ all: known, tookMs: before }: State): void {
  for (const report of known) reports.set(report.flow, report);
  earlierMs = before;
}

function isSame(one: Fault, other: Fault): boolean {
  return one.call === other.call && one.nth === other.nth && one.mode === other.mode;
}

function note(flow: string, at: string, found: readonly string[]): void {
  for (const line of found) {
    reports.get(flow)!.wrong.push(`${at}: ${line}`);
    print(`WRONG ${at}: ${line}`);
  }
}

async function runWhole(flow: string): Promise<void> {
  const made: Array<readonly string[]> = [];
  const report: FlowReport = { flow, calls: [], tried: [], wrong: [] };
  reports.set(flow, report);
  for (let run = 0; run < WHOLE; run++) {
    const whole = await workers[0]!.ask({ flow, what: {}, thin: false, compares: run === 0 });
    made.push(whole.calls);
    note(flow, `${flow}, whole`, [...whole.wrong, ...(whole.ending === 'well' ? [] : [`it ended ${whole.ending}`])]);
  }
  runs.set(flow, made);
  report.calls = made.reduce((least, run) => (run.length < least.length ? run : least)); // how often a socket is read varies
}

function allCases(): FlowFault[] {
  if (values.case) {
    const [flow = '', call = '', nth, mode] = values.case.split('|');
    return [{ flow, call, nth: Number(nth), mode: mode as Mode }];
  }
  if (values.covering) return coveringCases(runs, chanceOf(seed));
  return [...reports.values()].flatMap(({ flow, calls }) =>
    everyCase(calls, flow !== 'delete').map((fault) => ({ flow, ...fault })),
  );
}

async function tryAll(worker: Worker): Promise<void> {
  while (performance.now() < until) {
    const next = waiting.shift();
    if (!next) return;
    const { fault, compares } = next;
    const { flow, ...rest } = fault;
    const told = await tryOne(worker, { flow, what: { fault: rest }, compares, thin: values.covering });
    const { ending, ms } = told;
    reports.get(flow)!.tried.push({ ...rest, reached: told.broken !== undefined, ending, compares, ms });
    note(flow, `--case '${[flow, rest.call, rest.nth, rest.mode].join('|')}'`, told.wrong);
  }
}

async function tryOne(worker: Worker, order: Order): Promise<Told> {
  let told = await worker.ask(order);
  for (let more = 1; more < TRIES && told.broken === undefined && told.wrong.length === 0; more++)
    told = await worker.ask(order);
  return told;
}

function checkCovered(): void {
  const tried = [...reports.values()].flatMap(({ flow, tried: some }) =>
    some.filter(({ reached }) => reached).map((one) => ({ ...one, flow })),
  );
  for (const one of notTried(runs, tried)) note([...reports.keys()][0]!, one, ['it was not tried']);
}
