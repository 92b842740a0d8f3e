// Who may begin, and what the others wait for.
import { expect, it } from 'vitest';
import { mayBegin, type Claim } from './may-begin.ts';

const claim = (key: string, alone: string[] = [], beside: string[] = []): Claim => ({ key, alone, beside });
const [A, B, C] = [claim('a'), claim('b'), claim('c')];
const MERGE_1 = claim('merge 1', ['image 1'], ['datastore 9']);
const VERIFY_1 = claim('verify 1', ['image 1'], ['datastore 9']);
const MERGE_2 = claim('merge 2', ['image 2'], ['datastore 9']);
const PRUNE = claim('prune 9', ['datastore 9']);
const OTHER_PRUNE = claim('prune 8', ['datastore 8']);
const FULL_1 = '1 restore runs, and MAX_RESTORES is 1';
const NEXT = 'its turn comes next';
const busy = (thing: string): string => `something else is done with ${thing}`;

it.each<
  [
    what: string,
    count: number,
    waiting: Claim[],
    running: Claim[],
    begins: string | undefined,
    waits: [string, string][],
  ]
>([
  ['nothing waits', 1, [], [A], undefined, []],
  ['the only one begins', 1, [A], [], 'a', []],
  ['the first begins, and takes the place', 1, [A, B], [], 'a', [['b', FULL_1]]],
  ['no place is left', 1, [B, C], [A], undefined, [['b', FULL_1], ['c', FULL_1]]], // prettier-ignore
  ['all places are told', 2, [C], [A, B], undefined, [['c', '2 restores run, and MAX_RESTORES is 2']]],
  ['more run than may since the limit was lowered', 1, [C], [A, B], undefined, [['c', '2 restores run, and MAX_RESTORES is 1']]], // prettier-ignore
  ['a place is left', 2, [B, C], [A], 'b', [['c', '2 restores run, and MAX_RESTORES is 2']]],
  ['one begins at a time', 3, [B, C], [A], 'b', [['c', NEXT]]],
  ['no limit', 0, [C], [A, B], 'c', []],
  ['one image is worked on once at a time', 5, [VERIFY_1], [MERGE_1], undefined, [['verify 1', busy('image 1')]]],
  ['others of its datastore go on beside it', 5, [MERGE_2], [MERGE_1], 'merge 2', []],
  ['one that is kept back keeps nobody else back', 5, [VERIFY_1, MERGE_2], [MERGE_1], 'merge 2', [['verify 1', busy('image 1')]]], // prettier-ignore
  ['a prune waits for a merge', 5, [PRUNE], [MERGE_1], undefined, [['prune 9', busy('datastore 9')]]],
  ['a merge waits for a prune', 0, [MERGE_1], [PRUNE], undefined, [['merge 1', busy('datastore 9')]]],
  ['prunes of two datastores go on beside each other', 0, [OTHER_PRUNE], [PRUNE], 'prune 8', []],
  ['the one that begins counts for those behind it', 0, [MERGE_1, VERIFY_1], [], 'merge 1', [['verify 1', busy('image 1')]]], // prettier-ignore
])('%s', (_what, count, waiting, running, begins, waits) => {
  const places = { count, limit: 'MAX_RESTORES', one: 'restore runs', many: 'restores run' };
  const verdict = mayBegin(waiting, running, places);
  expect(verdict.begins?.key).toBe(begins);
  expect([...verdict.waits]).toEqual(waits);
});
