// The rounds of backups that are kept as slices, of chance: many more than are tried for every change. ONEVAULT_SEED repeats a run.
import { expect, it } from 'vitest';
import { driveSlices } from './slices.ts';

const ROUNDS = 40;

it.each(['CBT', 'SNAPSHOT'] as const)(
  '%s: every point holds what the disks held',
  { timeout: 1_800_000 },
  async (mode) => {
    const seed = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);
    expect(await driveSlices({ mode, seed, more: (done) => done < ROUNDS })).toBe(ROUNDS);
  },
);
