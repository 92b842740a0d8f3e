import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CODE, type OneError } from '../model/errors.ts';
import { guardScratch } from './guard.ts';

/** A file system that never has room. */
const FULL = '/proc';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** Lets a second pass on the watch, and its look at the file system come back. */
async function second(): Promise<void> {
  vi.advanceTimersByTime(1000);
  await new Promise((resolve) => setTimeout(resolve, 30));
}

it('says once that the room is nearly gone, and what to do', async () => {
  const full = vi.fn<(error: OneError) => void>();
  const stop = guardScratch(FULL, full);
  expect(full).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3000); // three looks are under way at once
  await new Promise<void>((told) => full.mockImplementation(() => told()));
  await second();
  stop();
  expect(full).toHaveBeenCalledTimes(1);
  const message = expect.stringContaining(`scratch in ${FULL} has 0 MiB left, under the reserve of 128 MiB`) as string;
  expect(full.mock.calls[0]?.[0]).toMatchObject({ code: CODE.ACTION, retry: true, message });
});

it('says nothing after it was stopped, nor of a directory that is gone', async () => {
  const full = vi.fn();
  guardScratch(FULL, full)();
  const late = guardScratch(FULL, full);
  vi.advanceTimersByTime(1000);
  late(); // while it looks
  const stop = guardScratch('/no/such/directory', full);
  await second();
  stop();
  expect(full).not.toHaveBeenCalled();
});
