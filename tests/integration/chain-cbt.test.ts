// The soak of INCREMENT_MODE=CBT in short, with a fixed seed that has every event; ONEVAULT_SEED gives another. `npm run soak` is the long form.
import { expect, it } from 'vitest';
import { EVENTS } from '../soak/plan.ts';
import { driveChain } from '../soak/chain.ts';

const ROUNDS = EVENTS.length + 1;

it('every point of a chain holds what the disks held, whatever befell the machine', { timeout: 900_000 }, async () => {
  const seed = Number(process.env['ONEVAULT_SEED'] ?? 1);
  const rounds = await driveChain({ mode: 'CBT', seed, firstVmId: 78600, more: (done) => done < ROUNDS });
  expect(rounds).toBe(ROUNDS);
});
