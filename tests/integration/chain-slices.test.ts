// The rounds of backups that are kept as slices in short, with a fixed seed; ONEVAULT_SEED gives another. `npm run soak:parts` is the long form.
import { expect, it } from 'vitest';
import { driveSlices } from '../soak/slices.ts';

/** Every event comes once. */
const ROUNDS = 8;

it('every point holds what the disks held, whatever befell the machine and the others', async () => {
  const seed = Number(process.env['ONEVAULT_SEED'] ?? 4);
  expect(await driveSlices({ mode: 'CBT', seed, more: (done) => done < ROUNDS })).toBe(ROUNDS);
});
