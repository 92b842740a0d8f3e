import { expect, it } from 'vitest';
import { Looks } from './looks.ts';

it('goes on looking when how long to sleep could not be found out', async () => {
  const failed: unknown[] = [];
  let looked = 0;
  const told = Promise.withResolvers<undefined>();
  const broken = new Error('disk I/O error');
  const looks = new Looks({
    look: async () => {
      looked += 1;
    },
    sleepMs: () => Promise.reject(broken),
    failed: (error) => {
      failed.push(error);
      told.resolve(undefined);
    },
  });
  looks.start();
  await told.promise;
  looks.wake();
  await expect.poll(() => looked).toBe(2);
  await looks.stop();
  expect(failed).toEqual([broken, broken]);
});
