// Breaks some calls of daemons whose movers are real processes, mount with FUSE and store with restic; ends with 1 when anything was wrong.
// usage: node tests/faults/loop/parts.ts [--flows a,b] [--seed n] [--cases n]: so many cases of each flow in the daemon, and in its mover.
import { parseArgs } from 'node:util';
import { chanceOf, everyCase, type MoverFault } from './cases.ts';
import { Worker } from './worker-process.ts';
import type { What } from './attempt.ts';

const { values } = parseArgs({
  options: {
    flows: { type: 'string', default: 'backup,increment,restore,in-place' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cases: { type: 'string', default: '6' },
  },
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const seed = Number(values.seed);
const chance = chanceOf(seed);
const from = performance.now();
const worker = new Worker(true);
await worker.ready;
let [tried, wrong] = [0, 0];
const endings = new Map<string, number>();
for (const flow of values.flows.split(',')) {
  const whole = await worker.ask({ flow, what: {}, thin: false, compares: true });
  note(`${flow}, whole`, whole.wrong);
  print(`${flow}: ${whole.calls.length} calls of the daemon, ${whole.moverCalls} of its mover`);
  for (const what of chosen(whole.calls, whole.moverCalls)) {
    const told = await worker.ask({ flow, what, thin: false, compares: chance() < 0.5 });
    if (told.broken === undefined) continue;
    tried += 1;
    const how = `${what.mover ? 'mover' : 'daemon'}, ${what.fault?.mode ?? what.mover?.mode ?? ''}: ${told.ending}`;
    endings.set(how, (endings.get(how) ?? 0) + 1);
    note(`${flow} ${JSON.stringify(what)} (${told.broken})`, told.wrong);
  }
}
worker.end();
for (const [how, times] of [...endings].sort()) print(`${how} ${times}`);
print(
  `real movers and restic: ${tried} cases, ONEVAULT_SEED=${seed}, ${Math.round((performance.now() - from) / 1000)} s`,
);
print(`wrong: ${wrong}`);
process.exitCode = wrong > 0 ? 1 : 0;

function note(at: string, found: readonly string[]): void {
  wrong += found.length;
  for (const line of found) print(`WRONG ${at}: ${line}`);
}

function chosen(calls: readonly string[], moverCalls: number): What[] {
  const all = everyCase(calls, false);
  const modes: ReadonlyArray<MoverFault['mode']> = ['fail', 'die', 'hang'];
  return Array.from({ length: Number(values.cases) }, (_none, index): What[] => [
    { fault: all[Math.floor(chance() * all.length)]! },
    { mover: { at: Math.floor(chance() * moverCalls), mode: modes[index % modes.length]! } },
  ]).flat();
}
