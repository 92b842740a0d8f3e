import { expect, it } from 'vitest';
import { readRunFilter } from './run-filter.ts';

it('reads which runs are wanted', () => {
  expect(readRunFilter([])).toEqual({});
  expect(
    readRunFilter([
      ['VM_ID', '3'],
      ['JOB_ID', '0'],
      ['DATASTORE_ID', '100'],
      ['KIND', 'backup, restore'],
      ['RESULT', 'failed'],
      ['FROM', '10'],
      ['TO', '20'],
    ]),
  ).toEqual({
    ...{ vmId: 3, jobId: 0, datastoreId: 100, kinds: ['backup', 'restore'], results: ['failed'] },
    ...{ fromMs: 10_000, untilMs: 20_000 },
  });
});

it.each([
  [['VM', '3'], /VM is no plain value .* VM_ID/],
  [['VM_ID', '-1'], /VM_ID="-1" is no id/],
  [['KIND', 'dance'], /KIND="dance" is not known; .* backup/],
  [['RESULT', ''], /RESULT="" is not known/],
  [['FROM', 'yesterday'], /FROM="yesterday" is no time/],
] as Array<[[string, string], RegExp]>)('refuses %s', (attribute, says) => {
  expect(() => readRunFilter([attribute])).toThrow(says);
});
