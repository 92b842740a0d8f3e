// `npm run soak [-- MINUTES]`: both modes of increments by turns, each for half of the time (60 minutes, or SOAK_MINUTES) and for 40 rounds
// at least. ONEVAULT_SEED repeats a run.
import { driveChain, type Mode } from './chain.ts';

const LEAST_ROUNDS = 40;
const MODES: Array<[Mode, number]> = [
  ['CBT', 78800],
  ['SNAPSHOT', 78900],
];

const minutes = Number(process.argv[2] ?? process.env['SOAK_MINUTES'] ?? 60);
const seed = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);
for (const [mode, firstVmId] of MODES) {
  const end = Date.now() + (minutes * 60_000) / MODES.length;
  const more = (done: number): boolean => done < LEAST_ROUNDS || Date.now() < end;
  const rounds = await driveChain({ mode, seed, firstVmId, more });
  process.stdout.write(`${mode}: ${rounds} rounds were good.\n`);
}
