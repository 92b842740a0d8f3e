import { expect, it } from 'vitest';
import { Lane } from './lane.ts';

const until = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

it('does one piece of work at a time, in order, and the same only once while it waits', async () => {
  const done: string[] = [];
  const lane = new Lane(() => undefined);
  let active = 0;
  const work = (key: string) => ({
    key,
    run: async (): Promise<void> => {
      expect(++active).toBe(1);
      await Promise.resolve();
      done.push(key);
      active--;
    },
  });
  for (const key of ['a', 'b', 'b', 'c', 'b']) lane.add(work(key));
  await expect.poll(() => done).toEqual(['a', 'b', 'c']);
  lane.add(work('b'));
  await expect.poll(() => done).toEqual(['a', 'b', 'c', 'b']);
});

it('goes on after work that broke, and tells of it', async () => {
  const failed: unknown[] = [];
  const lane = new Lane((error, key) => failed.push([key, error]));
  const broken = new Error('broken');
  lane.add({ key: 'a', run: () => Promise.reject(broken) });
  let went = false;
  lane.add({ key: 'b', run: () => Promise.resolve(void (went = true)) });
  await expect.poll(() => went).toBe(true);
  expect(failed).toEqual([['a', broken]]);
});

it('stops what is under way, and waits for its end', async () => {
  const lane = new Lane(() => undefined);
  let ended = false;
  lane.add({ key: 'a', run: async (signal) => void (await until(signal), (ended = true)) });
  expect(await lane.stop('b')).toBe(false);
  expect(ended).toBe(false);
  expect(await lane.stop('a')).toBe(true);
  expect(ended).toBe(true);
});

it('closes: what runs is ended, what waits is forgotten, and nothing is taken any more', async () => {
  const lane = new Lane(() => undefined);
  const ran: string[] = [];
  lane.add({ key: 'a', run: async (signal) => void (await until(signal), ran.push('a')) });
  lane.add({ key: 'b', run: () => Promise.resolve(void ran.push('b')) });
  await Promise.resolve();
  await lane.close();
  lane.add({ key: 'c', run: () => Promise.resolve(void ran.push('c')) });
  await Promise.resolve();
  expect(ran).toEqual(['a']);
});
