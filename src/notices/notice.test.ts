import { expect, it } from 'vitest';
import { endedRun, notice, SECRET } from '../../tests/notices/samples.ts';
import { isWanted, noticeOf, testNotice, withNames } from './notice.ts';

it('tells all that is asked of a run that failed, and nothing more', () => {
  const told = withNames(notice(), { vm: 'web', datastore: 'far' });
  expect(told).toEqual({
    ...{ id: '00112233aabbccdd', kind: 'backup', type: 'FULL', result: 'failed', reason: 'the disk is full' },
    ...{ vm: { id: 3, name: 'web' }, datastore: { id: 100, name: 'far' }, image: null, increment: null },
    ...{ start: '2022-12-01T13:28:44.000Z', end: '2022-12-01T13:30:17.400Z', durationSec: 93, bytes: null },
  });
});

it('tells image, increment and bytes of a backup that is done', () => {
  const figures = { processedBytes: 900, storedBytes: 90, scratchBytes: 9, peakRssBytes: 1, readBytes: 950 };
  const recorded = { imageId: 7, pointId: 2 };
  expect(noticeOf(endedRun({ result: 'done', type: 'INCREMENT', figures, recorded, imageIds: [7] }))).toMatchObject({
    ...{ result: 'done', type: 'INCREMENT', image: { id: 7, name: '' }, increment: 2 },
    bytes: { processed: 900, stored: 90, read: 950 },
  });
});

it('names the image that is read or worked on, and no machine where there is none', () => {
  const restore = endedRun({ kind: 'restore', imageIds: [11, 12], reads: { imageId: 7, datastoreId: 100 } });
  expect(noticeOf(restore)).toMatchObject({ image: { id: 7 }, increment: null });
  expect(noticeOf(endedRun({ kind: 'flatten', imageIds: [8] }))).toMatchObject({ image: { id: 8 } });
  expect(noticeOf(endedRun({ kind: 'prune', vmId: -1 }))).toMatchObject({ vm: null, image: null });
});

it('a run that never began lasted from when it was asked for', () => {
  const { begunAt: _, ...never } = endedRun();
  expect(noticeOf(never)).toMatchObject({ start: '2022-12-01T13:28:20.000Z', durationSec: 117 });
});

it('never holds the plan or who asked', () => {
  const asked = { by: 'user' as const, uid: 5 };
  expect(JSON.stringify(noticeOf(endedRun({ asked })))).not.toMatch(new RegExp(`${SECRET}|plan|asked|uid`));
});

it('is wanted by result and kind', () => {
  const of = { name: 'a', on: ['failed' as const, 'cancelled' as const], kinds: ['backup' as const] };
  expect(isWanted(of, notice())).toBe(true);
  expect(isWanted(of, notice({ result: 'cancelled' }))).toBe(true);
  expect(isWanted(of, notice({ result: 'done' }))).toBe(false);
  expect(isWanted(of, notice({ kind: 'verify' }))).toBe(false);
});

it('a test says that it is one', () => {
  expect(testNotice(0)).toMatchObject({ test: true, result: 'done', end: '1970-01-01T00:00:00.000Z' });
  expect(notice()).not.toHaveProperty('test');
});
