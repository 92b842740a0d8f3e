// Breaks every outside call of seven flows, each in every way, and prints what came of it; ends with 1 when anything was wrong.
// usage: node tests/faults/loop/main.ts [--covering] [--flows a,b] [--seed n] [--jobs n] [--compare n] [--case 'flow|call|nth|mode']
// --part i/n: every nth case, from the ith. --json: also writes what came of each case to this file.
// --covering: a call of each kind and place in each flow, and each of those in every mode. --compare n: after every nth case the points are restored and compared.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chanceOf, coveringCases, everyCase, notTried, type FlowFault, type Mode } from './cases.ts';
import { reportOf, type FlowReport } from './report.ts';
import type { Order, Told } from './worker.ts';

const FLOWS = ['backup', 'increment', 'flatten', 'restore', 'in-place', 'delete', 'job'];
/** A flow runs whole so often before, to see which calls come in every run. */
const WHOLE = 3;
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
    part: { type: 'string', default: '1/1' },
    json: { type: 'string' },
  },
});

class Worker {
  readonly #child: ChildProcess;
  readonly ready: Promise<unknown>;

  constructor() {
    const execArgv = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0137', '--max-semi-space-size=32'];
    this.#child = fork(new URL('worker.ts', import.meta.url).pathname, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.ready = this.#answer();
  }

  async ask(order: Order): Promise<Told> {
    const answer = this.#answer();
    this.#child.send(order);
    return (await answer) as Told;
  }

  async #answer(): Promise<unknown> {
    const ended = new AbortController();
    const { signal } = ended;
    try {
      const exit = once(this.#child, 'exit', { signal }).then(([code]) => {
        throw new Error(`A worker of the fault loop ended with ${String(code)}.`);
      });
      exit.catch(() => undefined); // it is raced below
      return await Promise.race([once(this.#child, 'message', { signal }).then(([told]: unknown[]) => told), exit]);
    } finally {
      ended.abort();
    }
  }

  end(): void {
    this.#child.disconnect();
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const seed = Number(values.seed);
const every = Number(values.compare);
const workers = Array.from({ length: Number(values.jobs) }, () => new Worker());
await Promise.all(workers.map(({ ready }) => ready));
const from = performance.now();
const reports = new Map<string, FlowReport>();
const runs = new Map<string, Array<readonly string[]>>();
for (const flow of values.flows.split(',')) await runWhole(flow);
const [part = 1, parts = 1] = values.part.split('/').map(Number);
const cases = allCases().filter((_fault, index) => index % parts === part - 1);
const waiting = cases.map((fault, index) => ({ fault, compares: every > 0 && (index + seed) % every === 0 }));
await Promise.all(workers.map(tryAll));
if (values.covering && !values.case) checkCovered();
for (const worker of workers) worker.end();
const all = [...reports.values()];
if (values.json) await writeFile(values.json, JSON.stringify(all));
print(reportOf(all, { seed, seconds: Math.round((performance.now() - from) / 1000), covering: values.covering }));
process.exitCode = all.some(({ wrong }) => wrong.length > 0) ? 1 : 0;

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
    const whole = await workers[0]!.ask({ flow, thin: false, compares: run === 0 });
    made.push(whole.calls);
    note(flow, `${flow}, whole`, [...whole.wrong, ...(whole.ending === 'well' ? [] : [`it ended ${whole.ending}`])]);
  }
  runs.set(flow, made);
  report.calls = made.reduce((most, run) => (run.length > most.length ? run : most));
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
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { fault, compares } = next;
    const { flow, ...rest } = fault;
    const told = await tryOne(worker, { flow, fault: rest, compares, thin: values.covering });
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
