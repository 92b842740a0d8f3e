// `npm run soak:parts [-- MINUTES]`: both modes of increments in both layouts one after the other, each for a quarter of the time (60 minutes, or
// SOAK_MINUTES) and for 40 rounds at least. ONEVAULT_SEED repeats a run.
import type { BackupLayout } from '../../src/model/backup-layout.ts';
import { driveChain, type Mode } from './chain.ts';

const LEAST_ROUNDS = 40;
const MODES: Array<[Mode, BackupLayout, number]> = [
  ['CBT', 'QCOW2', 78800],
  ['SNAPSHOT', 'QCOW2', 78900],
  ['CBT', 'SLICES', 77500],
  ['SNAPSHOT', 'SLICES', 77600],
];

const minutes = Number(process.argv[2] ?? process.env['SOAK_MINUTES'] ?? 60);
const seed = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);
for (const [mode, layout, firstVmId] of MODES) {
  const end = Date.now() + (minutes * 60_000) / MODES.length;
  const more = (done: number): boolean => done < LEAST_ROUNDS || Date.now() < end;
  const rounds = await driveChain({ mode, layout, seed, firstVmId, more });
  process.stdout.write(`${mode}, ${layout}: ${rounds} rounds were good.\n`);
}
