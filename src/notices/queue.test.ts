// The queue of one way: order, bounds, tries, and its end.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ALL, keptLog, notice } from '../../tests/notices/samples.ts';
import { CODE, OneError } from '../model/errors.ts';
import { DEFAULT_PACE, NoticeQueue, type QueueParts, type Pace } from './queue.ts';
import type { Notice } from './notice.ts';
import { Slots } from './slots.ts';
import type { Way } from './way.ts';

const kept = keptLog();
const parts = (pace: Partial<Pace> = {}, slots = new Slots(4)): QueueParts => ({
  ...{ log: kept.log, slots },
  pace: { ...DEFAULT_PACE, retryMs: 5, gatherMs: 30, ...pace },
  complete: async (told) => ({ ...told, reason: 'completed' }),
});

const wayOf = (tell: Way['tell'], change: Partial<Way> = {}): Way => ({
  ...{ kind: 'webhook', selection: ALL, tries: 3, gathers: false, check: async () => undefined, tell },
  ...change,
});

const of = (id: string): Notice => notice({ id });
const later = new OneError(CODE.INTERNAL, 'Not now.', { retry: true });

async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(2);
}

/** A way that keeps what it is told until it is let go on. */
function held(change: Partial<Way> = {}): { way: Way; told: string[]; release: () => void; running: () => number } {
  const told: string[] = [];
  const waiting: Array<() => void> = [];
  const tell: Way['tell'] = async (notices, signal) => {
    told.push(notices.map(({ id }) => id).join());
    await new Promise<void>((resolve, reject) => {
      waiting.push(resolve);
      signal.addEventListener('abort', () => reject(new Error('cut')));
    });
  };
  return { way: wayOf(tell, change), told, release: () => waiting.shift()?.(), running: () => waiting.length };
}

it('tells in order, one after the other, completed', async () => {
  const told: Notice[] = [];
  let busy = 0;
  const way = wayOf(async (notices) => {
    expect((busy += 1)).toBe(1);
    await sleep(1);
    told.push(...notices);
    busy -= 1;
  });
  const queue = new NoticeQueue(way, parts());
  for (const id of ['a', 'b', 'c']) queue.push(of(id));
  await until(() => told.length === 3);
  expect(told.map(({ id, reason }) => `${id} ${reason}`)).toEqual(['a completed', 'b completed', 'c completed']);
  queue.push(of('d'));
  await until(() => told.length === 4);
});

it('tries again with growing delays, as often as the way allows, and goes on with the next', async () => {
  const tries: Array<[id: string, at: number]> = [];
  const way = wayOf(async ([first]) => {
    tries.push([first?.id ?? '', performance.now()]);
    if (first?.id === 'a' || tries.length === 4) throw later;
  });
  const before = kept.entries.length;
  const queue = new NoticeQueue(way, parts());
  queue.push(of('a'));
  queue.push(of('b'));
  await until(() => tries.length === 5);
  expect(tries.map(([id]) => id)).toEqual(['a', 'a', 'a', 'b', 'b']);
  const at = tries.map(([, time]) => time);
  expect(at[1]! - at[0]!).toBeGreaterThan(4); // a timer may be early by a fraction
  expect(at[2]! - at[1]!).toBeGreaterThan(25);
  expect(kept.entries.slice(before)).toMatchObject([
    { webhook: 'all', runs: ['a'], attempt: 1, reason: 'Not now.', msg: 'a notice was not told and is tried again' },
    { attempt: 2, msg: 'a notice was not told and is tried again' },
    { attempt: 3, msg: 'a notice was not told' },
    { runs: ['b'], attempt: 1, msg: 'a notice was not told and is tried again' },
  ]);
});

it('does not try again what is refused for good', async () => {
  let tries = 0;
  const queue = new NoticeQueue(
    wayOf(async () => {
      tries += 1;
      throw new OneError(CODE.INTERNAL, 'Never.');
    }),
    parts(),
  );
  queue.push(of('a'));
  queue.push(of('b'));
  await until(() => tries === 2);
  await queue.close(1000);
  expect(tries).toBe(2);
});

it('drops the oldest when too many wait, and counts them', async () => {
  const { way, told, release } = held();
  const before = kept.entries.length;
  const queue = new NoticeQueue(way, parts({ queue: 2 }));
  queue.push(of('a'));
  await until(() => told.length === 1);
  for (const id of ['b', 'c', 'd', 'e']) queue.push(of(id));
  expect(kept.entries.slice(before)).toMatchObject([
    { webhook: 'all', run: 'b', dropped: 1, msg: 'too many notices wait: the oldest is dropped' },
    { run: 'c', dropped: 2 },
  ]);
  for (const count of [2, 3]) {
    release();
    await until(() => told.length === count);
  }
  release();
  await queue.close(1000);
  expect(told).toEqual(['a', 'd', 'e']);
});

it('a way that gathers tells together what comes within a while', async () => {
  const told: string[] = [];
  const way = wayOf(async (notices) => void told.push(notices.map(({ id }) => id).join()), { gathers: true });
  const queue = new NoticeQueue(way, parts());
  queue.push(of('a'));
  await sleep(5);
  queue.push(of('b'));
  queue.push(of('c'));
  expect(told).toEqual([]);
  await until(() => told.length > 0);
  queue.push(of('d'));
  await until(() => told.length > 1);
  expect(told).toEqual(['a,b,c', 'd']);
});

it('no more than the slots are told at the same time, over all ways', async () => {
  const slots = new Slots(2);
  const three = [held(), held(), held()];
  for (const { way } of three) new NoticeQueue(way, parts({}, slots)).push(of('a'));
  const running = (): number => three.reduce((sum, { running }) => sum + running(), 0);
  await until(() => running() === 2);
  await sleep(10);
  expect(running()).toBe(2);
  expect(three[2]!.told).toEqual([]);
  three[0]!.release();
  await until(() => three[2]!.told.length === 1);
  for (const { release } of three) release();
});

it('at the end tells what waits at once', async () => {
  const told: string[] = [];
  let failures = 1;
  const tell: Way['tell'] = async (notices) => {
    if (failures-- > 0) throw later;
    told.push(notices.map(({ id }) => id).join());
  };
  const queue = new NoticeQueue(wayOf(tell, { gathers: true }), parts({ gatherMs: 600_000, retryMs: 600_000 }));
  queue.push(of('a'));
  queue.push(of('b'));
  await queue.close(5000);
  expect(told).toEqual(['a,b']);
});

it('at the end cuts off what takes too long, and says how many were lost', async () => {
  const { way, told } = held();
  const queue = new NoticeQueue(way, parts());
  for (const id of ['a', 'b', 'c']) queue.push(of(id));
  await until(() => told.length === 1);
  const before = kept.entries.length;
  await queue.close(20);
  expect(kept.entries.slice(before)).toMatchObject([
    { lost: 3, msg: 'the daemon ends before all notices were told' },
    { runs: ['a'], reason: 'cut' },
  ]);
  expect(told).toEqual(['a']);
});

it('at the end does not wait for a way that does not even stop', async () => {
  const queue = new NoticeQueue(
    wayOf(() => new Promise(() => undefined)),
    parts(),
  );
  queue.push(of('a'));
  await queue.close(10);
  expect(kept.said().at(-1)).toBe('the daemon ends before all notices were told');
});
