import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('lets work for one VM go in order, one at a time, whatever becomes of it', async () => {
  const work = fc.record({ vm: fc.nat(2), fails: fc.boolean(), turns: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(fc.array(work, { maxLength: 12 }), async (asked) => {
      const turns = new Turns();
      const busy = new Set<number>();
      const done: Array<{ vm: number; index: number }> = [];
      const results = asked.map(({ vm, fails, turns: steps }, index) =>
        turns.take(vm, async () => {
          expect(busy.has(vm)).toBe(false);
          busy.add(vm);
          for (let step = 0; step < steps; step++) await Promise.resolve();
          busy.delete(vm);
          done.push({ vm, index });
          if (fails) throw new Error(`work ${index}`);
          return index;
        }),
      );
      const settled = await Promise.allSettled(results);
      settled.forEach((one, index) => expect(one.status).toBe(asked[index]?.fails ? 'rejected' : 'fulfilled'));
      for (const vm of [0, 1, 2]) {
        const order = done.filter((one) => one.vm === vm).map(({ index }) => index);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
      await turns.idle();
    }),
    { numRuns: 50 },
  );
});

it('VMs do not wait for each other', async () => {
  const turns = new Turns();
  let release = (): void => undefined;
  const slow = turns.take(1, () => new Promise<void>((resolve) => (release = resolve)));
  expect(await turns.take(2, async () => 'two')).toBe('two');
  let waited = false;
  const next = turns.take(1, async () => (waited = true));
  await turns.take(2, async () => undefined);
  expect(waited).toBe(false);
  release();
  await Promise.all([slow, next]);
  expect(waited).toBe(true);
});
