import { expect, it } from 'vitest';
import { Lane } from './lane.ts';

const until = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

function laneOf(count: number, failed: (error: unknown, key: string) => void = () => undefined): Lane {
  return new Lane({ count, limit: 'MAX_THINGS', one: 'thing runs', many: 'things run' }, failed);
}

it.each([1, 2])('does %i at a time, in order, and the same only once while it waits', async (count) => {
  const done: string[] = [];
  const lane = laneOf(count);
  let active = 0;
  let most = 0;
  const work = (key: string) => ({
    key,
    run: async (): Promise<void> => {
      most = Math.max(most, ++active);
      await Promise.resolve();
      done.push(key);
      active--;
    },
  });
  for (const key of ['0', 'a', 'b', 'b', 'c', 'b']) lane.add(work(key));
  await expect.poll(() => done.length).toBeGreaterThan(3);
  expect(done).toEqual(['0', 'a', 'b', 'c']);
  expect(most).toBe(count);
});

it('goes on after work that broke, and tells of it', async () => {
  const failed: unknown[] = [];
  const lane = laneOf(1, (error, key) => failed.push([key, error]));
  const broken = new Error('broken');
  lane.add({ key: 'a', run: () => Promise.reject(broken) });
  let went = false;
  lane.add({ key: 'b', run: () => Promise.resolve(void (went = true)) });
  await expect.poll(() => went).toBe(true);
  expect(failed).toEqual([['a', broken]]);
});

it('tells what waits why, whenever that changes', async () => {
  const lane = laneOf(2);
  const told: string[] = [];
  let began = false;
  const wanted = async (signal: AbortSignal): Promise<void> => {
    began = !signal.aborted;
    await until(signal);
  };
  lane.add({ key: 'a', alone: ['x'], run: until });
  lane.add({ key: 'b', alone: ['x'], run: wanted, waits: (reason) => told.push(reason) });
  lane.add({ key: 'c', run: until });
  await lane.stop('c');
  const [kept, full] = ['something else is done with x', '2 things run, and MAX_THINGS is 2'];
  expect(told).toEqual([kept, full, kept]);
  expect(began).toBe(false);
  await lane.stop('a');
  await expect.poll(() => began).toBe(true);
  expect(told).toHaveLength(3);
  await lane.close();
});

it('stops what is under way, waits for its end and gives the reason', async () => {
  const lane = laneOf(1);
  let why: unknown;
  lane.add({ key: 'a', run: async (signal) => void (await until(signal), (why = signal.reason)) });
  expect(await lane.stop('b')).toBe(false);
  expect(why).toBeUndefined();
  expect(await lane.stop('a', 'enough')).toBe(true);
  expect(why).toBe('enough');
});

it('stops what waits: it is run to end at once, and the rest keeps its order', async () => {
  const lane = laneOf(1);
  const ran: string[] = [];
  const work = (key: string) => ({
    key,
    run: async (signal: AbortSignal): Promise<void> => {
      ran.push(`${key} ${signal.aborted ? String(signal.reason) : 'begins'}`);
      await until(signal);
    },
  });
  for (const key of ['a', 'b', 'c']) lane.add(work(key));
  await Promise.resolve();
  expect(await lane.stop('b', 'unwanted')).toBe(true);
  expect(ran).toEqual(['a begins', 'b unwanted']);
  await lane.stop('a');
  await expect.poll(() => ran).toEqual(['a begins', 'b unwanted', 'c begins']);
  await lane.close();
});

it('closes: everything is ended, and nothing is taken any more', async () => {
  const lane = laneOf(1);
  const ended: string[] = [];
  const run = (key: string) => async (signal: AbortSignal) => void (await until(signal), ended.push(key));
  lane.add({ key: 'a', run: run('a') });
  lane.add({ key: 'b', run: run('b') });
  await Promise.resolve();
  await lane.close();
  lane.add({ key: 'c', run: run('c') });
  await Promise.resolve();
  expect(ended.toSorted()).toEqual(['a', 'b']);
});
