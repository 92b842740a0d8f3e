// Throws hostile input at everything that reads what others have written, for a time.
// usage: node tests/fuzz/main.ts [--minutes N] [--seed N]
import { parseArgs } from 'node:util';
import { DISKS } from './disks.ts';
import { PROGRAMS } from './programs.ts';
import { fuzz } from './target.ts';
import { TEXTS } from './texts.ts';

const ROUND_MS = 2000;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string' } } });
const first = Number(values.seed ?? Date.now() % 1_000_000_000);
const until = performance.now() + Number(values.minutes) * 60_000;
const targets = [...TEXTS, ...DISKS, ...PROGRAMS];
const counts = new Map<string, number>();
console.log(`${targets.length} targets, ${values.minutes} minutes, seed ${first}`);
let broken = 0;
for (let seed = first; performance.now() < until; seed++) {
  for (const target of targets) {
    const end = performance.now() + ROUND_MS;
    const count = await fuzz(target, seed, () => performance.now() >= end).catch((error: unknown) => {
      console.log(error instanceof Error ? error.message : String(error));
      broken += 1;
      return 0;
    });
    counts.set(target.name, (counts.get(target.name) ?? 0) + count);
  }
}
for (const [name, count] of counts) console.log(`${String(count).padStart(10)}  ${name}`);
console.log(
  JSON.stringify({ targets: targets.length, inputs: [...counts.values()].reduce((a, b) => a + b, 0), broken }),
);
process.exitCode = broken === 0 ? 0 : 1;
