import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchStall } from './stall.ts';

it('tells that hardly anything was moved for the whole time', async () => {
  let moved = 0;
  const watch = watchStall(1, 20, () => Promise.resolve((moved += 100)));
  await once(watch.signal, 'abort');
  watch.end();
});

it('is content while enough is moved, and when the process is gone', async () => {
  let moved = 0;
  let looks = 0;
  const moving = watchStall(1, 20, () => {
    looks++;
    return Promise.resolve((moved += 10_000));
  });
  const gone = watchStall(-1, 20);
  while (looks < 30) await sleep(2);
  expect(moving.signal.aborted).toBe(false);
  expect(gone.signal.aborted).toBe(false);
  moving.end();
  gone.end();
});
