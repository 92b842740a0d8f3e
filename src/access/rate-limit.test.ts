import { expect, it } from 'vitest';
import { counted, RateLimit, taken, TooOften } from './rate-limit.ts';

const SETTINGS = { calls: 3, periodSec: 6 };

function limited(maxBuckets?: number): { limit: RateLimit; now: { ms: number } } {
  const now = { ms: 1000 };
  return { now, limit: new RateLimit(SETTINGS, () => now.ms, maxBuckets) };
}

function waitOf(call: () => void): number {
  try {
    call();
    return 0;
  } catch (error) {
    if (error instanceof TooOften) return error.waitSec;
    throw error;
  }
}

it('is full at first, and fills up evenly', () => {
  expect(taken(undefined, SETTINGS, 0)).toEqual({ bucket: { calls: 2, atMs: 0 }, waitMs: 0 });
  expect(taken({ calls: 0, atMs: 0 }, SETTINGS, 500)).toEqual({ bucket: { calls: 0.25, atMs: 500 }, waitMs: 1500 });
  expect(taken({ calls: 0, atMs: 0 }, SETTINGS, 2000).waitMs).toBe(0);
});

it('never holds more than it may, also when the clock goes back', () => {
  expect(taken({ calls: 0, atMs: 0 }, SETTINGS, 3_600_000).bucket.calls).toBe(2);
  expect(taken({ calls: 1, atMs: 5000 }, SETTINGS, 0).bucket).toEqual({ calls: 0, atMs: 0 });
});

it('refuses whoever calls too often, says for how long, and nobody else', () => {
  const { limit, now } = limited();
  for (let n = 0; n < 3; n++) limit.user(2);
  expect(() => limit.user(2)).toThrow('user 2 has made more than 3 calls in 6 seconds');
  expect(waitOf(() => limit.user(2))).toBe(2);
  expect(waitOf(() => limit.user(3))).toBe(0);
  now.ms += 2000;
  expect(waitOf(() => limit.user(2))).toBe(0);
  expect(waitOf(() => limit.user(2))).toBe(2);
});

it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', ''])('does not take %j for somebody', (from) => {
  const { limit } = limited();
  for (let n = 0; n < 10; n++) expect(waitOf(() => limit.address(from))).toBe(0);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::7', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('takes %s for %s', (from, who) => expect(counted(from)).toBe(who));

it('lets nobody have more by calling from other addresses of the same network', () => {
  const { limit } = limited();
  for (let n = 0; n < 3; n++) limit.address(`2001:db8::${n}`);
  expect(() => limit.address('2001:db8::3')).toThrow('address 2001:db8:0:0::/64 has made more than 3 calls');
});

it('remembers so many and no more', () => {
  const { limit } = limited(2);
  for (let n = 0; n < 3; n++) limit.address('192.0.2.1');
  expect(waitOf(() => limit.address('192.0.2.1'))).toBe(2);
  limit.address('192.0.2.2');
  limit.address('192.0.2.3');
  expect(waitOf(() => limit.address('192.0.2.1'))).toBe(0);
  for (let n = 0; n < 1000; n++) limit.address(`198.51.${n >> 8}.${n & 255}`);
  expect(limit.remembered).toBe(2);
});

it('forgets no user because of many addresses', () => {
  const { limit } = limited(2);
  for (let n = 0; n < 3; n++) limit.user(2);
  for (let n = 0; n < 1000; n++) limit.address(`198.51.${n >> 8}.${n & 255}`);
  expect(waitOf(() => limit.user(2))).toBe(2);
});
