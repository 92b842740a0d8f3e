// Breaks every outside call of seven flows, each in every way, and prints what came of it; ends with 1 when anything was wrong.
// usage: node tests/faults/loop/main.ts [--covering] [--flows a,b] [--seed n] [--jobs n] [--compare n] [--case 'flow|call|nth|mode']
// --covering: one call of each kind and place of each flow. --compare n: after every nth case the points are restored and compared.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { chanceOf, coveringCases, everyCase, notTried, type Fault, type Mode } from './cases.ts';
import { reportOf, type FlowReport, type Tried } from './report.ts';
import type { Order, Told } from './worker.ts';

const FLOWS = ['backup', 'increment', 'flatten', 'restore', 'in-place', 'delete', 'job'];
/** A flow runs whole so often before, to see which calls come in every run. */
const WHOLE = 3;
/** A call that comes only sometimes is waited for in so many runs. */
const TRIES = 4;

const { values } = parseArgs({
  options: {
    covering: { type: 'boolean', default: false },
    flows: { type: 'string', default: FLOWS.join() },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: '2' },
    compare: { type: 'string', default: '20' },
    case: { type: 'string' },
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
const reports: FlowReport[] = [];
for (const flow of values.flows.split(',')) reports.push(await tryFlow(flow));
for (const worker of workers) worker.end();
const wrong = reports.reduce((sum, report) => sum + report.wrong.length, 0);
print(reportOf(reports, { seed, seconds: Math.round((performance.now() - from) / 1000), covering: values.covering }));
process.exitCode = wrong > 0 ? 1 : 0;

async function tryFlow(flow: string): Promise<FlowReport> {
  const [first] = workers;
  const runs: Array<readonly string[]> = [];
  const report: FlowReport = { flow, calls: [], tried: [], wrong: [] };
  const note = (at: string, found: readonly string[]): void => {
    for (const line of found) {
      report.wrong.push(`${at}: ${line}`);
      print(`WRONG ${at}: ${line}`);
    }
  };
  for (let run = 0; run < WHOLE; run++) {
    const whole = await first!.ask({ flow, thin: false, compares: run === 0 });
    runs.push(whole.calls);
    note(`${flow}, whole`, [...whole.wrong, ...(whole.ending === 'well' ? [] : [`it ended ${whole.ending}`])]);
  }
  report.calls = runs.reduce((most, run) => (run.length > most.length ? run : most));
  const faults = faultsOf(flow, report.calls);
  const waiting = faults.map((fault, index) => ({ fault, compares: every > 0 && (index + seed) % every === 0 }));
  await Promise.all(
    workers.map(async (worker) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { fault, compares } = next;
        const told = await tryOne(worker, { flow, fault, compares, thin: values.covering });
        report.tried.push({ ...fault, reached: told.broken !== undefined, ending: told.ending, compares, ms: told.ms });
        note(`--case '${[flow, fault.call, fault.nth, fault.mode].join('|')}'`, told.wrong);
      }
    }),
  );
  if (values.covering && !values.case) {
    const reached = report.tried.filter((tried: Tried) => tried.reached);
    note(flow, notTried(runs, reached).map((one) => `${one} was not tried`));
  }
  return report;
}

async function tryOne(worker: Worker, order: Order): Promise<Told> {
  let told = await worker.ask(order);
  for (let more = 1; more < TRIES && told.broken === undefined && told.wrong.length === 0; more++) told = await worker.ask(order);
  return told;
}

function faultsOf(flow: string, calls: readonly string[]): Fault[] {
  if (values.case) {
    const [of, call = '', nth, mode] = values.case.split('|');
    return of === flow ? [{ call, nth: Number(nth), mode: mode as Mode }] : [];
  }
  return values.covering ? coveringCases(calls, chanceOf(seed)) : everyCase(calls, flow !== 'delete');
}
