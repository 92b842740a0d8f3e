import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Listening } from './listening.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

it('goes on while beats come, and ends once when they do not', () => {
  const lost = vi.fn();
  const listening = new Listening(8, lost);
  for (let beat = 1; beat <= 10; beat += 1) {
    vi.advanceTimersByTime(7000);
    listening.heard();
  }
  vi.advanceTimersByTime(7000);
  expect(lost).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(lost).toHaveBeenCalledTimes(1);
});

it('waits for ever without a limit, and not after its end', () => {
  const lost = vi.fn();
  const unlimited = new Listening(undefined, lost);
  const ended = new Listening(8, lost);
  ended.end();
  vi.advanceTimersByTime(60_000);
  unlimited.end();
  expect(lost).not.toHaveBeenCalled();
});
