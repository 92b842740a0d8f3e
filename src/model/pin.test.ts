// Pins as they are asked for, and when they hold.
import { expect, it } from 'vitest';
import { isPinned, pinText, readPin } from './pin.ts';

it('holds until its end, or without one for good', () => {
  const pin = { reason: 'audit', untilSec: 100 };
  expect([isPinned({ pin }, 99), isPinned({ pin }, 100)]).toEqual([true, false]);
  expect(isPinned({ pin: { reason: 'audit' } }, 1e12)).toBe(true);
  expect(isPinned({}, 0)).toBe(false);
});

it('needs a reason, and an end that is to come', () => {
  const pinned = readPin(
    [
      ['REASON', ' audit '],
      ['UNTIL', '4102444800'],
    ],
    100,
  );
  expect(pinned).toEqual({ reason: 'audit', untilSec: 4_102_444_800 });
  expect(pinText(pinned)).toBe('until 2100-01-01T00:00:00Z: audit');
  expect(pinText(readPin([['REASON', 'audit']], 100))).toBe('until it is unpinned: audit');
  expect(() => readPin([], 100)).toThrow(/REASON must say/);
  expect(() => readPin([['REASON', 'a\nb']], 100)).toThrow(/REASON must say/);
  for (const until of ['100', 'soon', '-1']) {
    const options: Array<[string, string]> = [
      ['REASON', 'audit'],
      ['UNTIL', until],
    ];
    expect(() => readPin(options, 100)).toThrow(`UNTIL="${until}" must be a time to come`);
  }
  expect(() => readPin([['WHY', 'audit']], 100)).toThrow(/WHY is not an option/);
});
