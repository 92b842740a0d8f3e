import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { filled, waitMs } from './bucket.ts';
import { Pacer } from './pacer.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Takes pieces one after the other, and counts what has passed. */
function reader(pacer: Pacer, piece: number): { passed: () => number; stop: () => void } {
  let bytes = 0;
  let going = true;
  const read = async (): Promise<void> => {
    while (going) {
      await pacer.take(piece);
      bytes += piece;
    }
  };
  void read();
  return { passed: () => bytes, stop: () => void (going = false) };
}

it('lets as much pass as is allowed, and another measure holds at once', async () => {
  const pacer = new Pacer();
  pacer.allow(1000);
  const { passed, stop } = reader(pacer, 100);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(passed()).toBeGreaterThanOrEqual(9900);
  expect(passed()).toBeLessThanOrEqual(10_200);
  const before = passed();
  pacer.allow(10_000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(passed() - before).toBeGreaterThanOrEqual(9800);
  expect(passed() - before).toBeLessThanOrEqual(10_300);
  stop();
});

it('who waits goes on when nothing is limited any more, in order', async () => {
  const pacer = new Pacer();
  await pacer.take(1e9);
  pacer.allow(1);
  const order: number[] = [];
  for (const piece of [0, 1, 2]) void pacer.take(1e6).then(() => order.push(piece));
  await vi.advanceTimersByTimeAsync(1000);
  expect(order).toEqual([0]);
  pacer.allow(null);
  await vi.advanceTimersByTimeAsync(0);
  expect(order).toEqual([0, 1, 2]);
  expect(vi.getTimerCount()).toBe(0);
});

it('in any time no more passes than is allowed, but for what was saved up and the last piece', () => {
  const steps = fc.array(fc.record({ bytes: fc.nat(5000), ms: fc.nat(400) }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 10_000 }), (all, rate) => {
      let bucket = { bytes: 0, atMs: 0 };
      let [now, passed, largest] = [0, 0, 0];
      for (const { bytes, ms } of all) {
        now += ms;
        bucket = filled(bucket, now, rate);
        const wait = waitMs(bucket, rate);
        now += wait;
        bucket = filled(bucket, now, rate);
        bucket.bytes -= bytes;
        passed += bytes;
        largest = Math.max(largest, bytes);
        expect(passed).toBeLessThanOrEqual((now * rate) / 1000 + largest + 1e-3);
      }
    }),
  );
});
