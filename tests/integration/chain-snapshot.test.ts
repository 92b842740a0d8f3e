// The soak of INCREMENT_MODE=SNAPSHOT in short, with a fixed seed; ONEVAULT_SEED gives another. `npm run soak:parts` is the long form, which has every event.
import { expect, it } from 'vitest';
import { driveChain } from '../soak/chain.ts';

const ROUNDS = 3;

it('every point of a chain holds what the disks held, whatever befell the machine', { timeout: 900_000 }, async () => {
  const seed = Number(process.env['ONEVAULT_SEED'] ?? 2);
  const rounds = await driveChain({ mode: 'SNAPSHOT', seed, firstVmId: 78700, more: (done) => done < ROUNDS });
  expect(rounds).toBe(ROUNDS);
});
