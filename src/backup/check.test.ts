import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { checkDueSec, nextPart } from './check.ts';

const checked = (part: string, result: string, at = '1000'): Attributes => [
  ['LAST_CHECK', at],
  ['LAST_CHECK_PART', part],
  ['LAST_CHECK_RESULT', result],
];

describe('the part of a datastore that is checked next', () => {
  it.each<[string, Attributes, number]>([
    ['the first when none was checked', [], 1],
    ['the one after the last', checked('3/7', 'OK'), 4],
    ['the first after all of them', checked('7/7', 'OK'), 1],
    ['the same when something was wrong', checked('3/7', 'FAILED: pack 12 is damaged'), 3],
    ['the first of another division', checked('3/30', 'OK'), 1],
    ['the first when it is not understood', checked('three', 'OK'), 1],
  ])('is %s', (_what, template, part) => {
    expect(nextPart(template, 7)).toBe(part);
  });
});

it('a check is due an interval after the last, or after the datastore was first looked at', () => {
  expect(checkDueSec(checked('3/7', 'OK'), 60, 5000)).toBe(1060);
  expect(checkDueSec(checked('3/7', 'OK', 'soon'), 60, 5000)).toBe(5060);
  expect(checkDueSec([], 60, 5000)).toBe(5060);
});
