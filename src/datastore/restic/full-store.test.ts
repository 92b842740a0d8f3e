import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchFullStore } from './full-store.ts';

const MIB = 2 ** 20;

/** Looks every millisecond at what `free` says; whether it gave the backup up by the hundredth look. */
async function givesUp(free: (look: number) => number): Promise<boolean> {
  let looks = 0;
  const watch = watchFullStore('/store', () => Promise.resolve(free(looks++)), 1);
  try {
    for (const end = Date.now() + 10_000; looks < 100 && !watch.signal.aborted && Date.now() < end;) await sleep(1);
    return watch.signal.aborted;
  } finally {
    watch.end();
  }
}

it('gives up when there is no room for a pack and nothing is written', async () => {
  expect(await givesUp(() => 0)).toBe(true);
  expect(await givesUp((look) => (look < 50 ? 100 * MIB - look : 31 * MIB))).toBe(true);
});

it('waits while there is room, or while something is written', async () => {
  expect(await givesUp(() => 32 * MIB)).toBe(false);
  expect(await givesUp((look) => 31 * MIB - look)).toBe(false);
  expect(await givesUp((look) => (look % 10 === 0 ? 5 : 4))).toBe(false);
});

it('leaves a store that cannot be looked at to restic', async () => {
  const gone = (): never => {
    throw new Error('gone');
  };
  expect(await givesUp((look) => (look > 99 ? 0 : gone()))).toBe(false);
});
