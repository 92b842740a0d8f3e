// The soak of INCREMENT_MODE=CBT in short, with a fixed seed; ONEVAULT_SEED gives another. `npm run soak:parts` is the long form, which has every event.
import { expect, it } from 'vitest';
import { driveChain } from '../soak/chain.ts';

/** After the second the machine goes on over power cycles, which libvirt-tracking and chain-rules show. */
const ROUNDS = 2;

it('every point of a chain holds what the disks held, whatever befell the machine', { timeout: 900_000 }, async () => {
  const seed = Number(process.env['ONEVAULT_SEED'] ?? 1);
  const rounds = await driveChain({ mode: 'CBT', seed, firstVmId: 78600, more: (done) => done < ROUNDS });
  expect(rounds).toBe(ROUNDS);
});
