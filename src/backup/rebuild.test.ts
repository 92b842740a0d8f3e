// What is made of the records of snapshots: chains, merged ones, broken ones.
import { expect, it } from 'vitest';
import type { BackupRecord } from '../model/backup-record.ts';
import { pointsTo } from '../model/chain.ts';
import { fold } from './fold.ts';
import { continued, rebuild, type DescribedSnapshot } from './rebuild.ts';
import { rejoin } from './rejoin.ts';

function snapshot(source: string, id: number, below: number, storedAt = 100 + id): DescribedSnapshot {
  const record: BackupRecord = {
    installation: 'one',
    operation: '00000000000000aa',
    chain: '00000000000000a0',
    mode: 'INCREMENT',
    vm: { id: 7, name: 'web' },
    owner: { uid: 0, gid: 0, uname: 'oneadmin', gname: 'oneadmin' },
    point: { id, below, date: 1000 + id, consistency: 'crash', reason: 'MODE' },
    directory: '/vms/7/backup',
    disks: [
      {
        ...{ diskId: 0, file: `disk.0.${id}`, virtualBytes: 2 ** 23, fileBytes: 2 ** 20 + 1, sha256: '' },
        ...{ originalFormat: 'raw' as const, target: 'vda' },
      },
    ],
    vmTemplate: [['CPU', '1']],
  };
  return { source, directory: record.directory, storedAt, record };
}

const shown = (snapshots: DescribedSnapshot[]): unknown => {
  const { points, left } = rebuild(snapshots);
  for (const { id } of points) expect(pointsTo({ points }, id)).not.toBeTypeOf('string');
  return [points.map((one) => `${one.id}<${one.parentId} ${one.type} ${one.source}`), left.map(({ why }) => why)];
};

it('puts a chain together, in whatever order it comes', () => {
  const chain = [snapshot('c', 2, 1), snapshot('a', 0, -1), snapshot('b', 1, 0)];
  expect(shown(chain)).toEqual([['0<-1 FULL a', '1<0 INCREMENT b', '2<1 INCREMENT c'], []]);
  const [first] = rebuild(chain).points;
  expect(first).toMatchObject({ date: 1000, sizeMb: 2, tracker: '', vmTemplate: [['CPU', '1']] });
  expect(first?.layers).toMatchObject([{ source: 'a', path: '/vms/7/backup', pointId: 0, sizeMb: 2 }]);
});

it('takes merged layers for what they are', () => {
  const base = snapshot('m', 2, -1);
  expect(shown([base, snapshot('d', 3, 2)])).toEqual([['2<-1 FULL m', '3<2 INCREMENT d'], []]);
  const deltas = [snapshot('a', 0, -1), snapshot('m', 2, 0), snapshot('d', 3, 2)];
  expect(shown(deltas)).toEqual([['0<-1 FULL a', '2<0 INCREMENT m', '3<2 INCREMENT d'], []]);
});

it('goes on with the old layers while they are all there beside the merged one', () => {
  const old = [snapshot('a', 0, -1), snapshot('b', 1, 0)];
  const again = 'what it holds of point 1 is in another snapshot too';
  expect(shown([...old, snapshot('m', 1, -1)])).toEqual([['0<-1 FULL a', '1<0 INCREMENT b'], [again]]);
  const gone = 'it stands on point 0, which is not there';
  expect(shown([snapshot('b', 1, 0), snapshot('m', 1, -1), snapshot('c', 2, 1)])).toEqual([
    ['1<-1 FULL m', '2<1 INCREMENT c'],
    [gone],
  ]);
});

it('keeps full points side by side, and says what stands on nothing', () => {
  const found = shown([snapshot('a', 0, -1), snapshot('b', 1, -1), snapshot('d', 4, 3)]);
  expect(found).toEqual([['0<-1 FULL a', '1<-1 FULL b'], ['it stands on point 3, which is not there']]);
  expect(shown([])).toEqual([[], []]);
});

it('goes on with what is known', () => {
  const { points } = rebuild([snapshot('a', 0, -1)]);
  const more = continued(points.at(-1), [snapshot('c', 2, 1), snapshot('b', 1, 0), snapshot('x', 9, 8)]);
  expect(more.points.map(({ id, parentId }) => [id, parentId])).toEqual([
    [1, 0],
    [2, 1],
  ]);
  expect(more.left).toEqual([{ source: 'x', why: 'it does not stand on point 0, the newest that is known' }]);
});

it('goes on with points that hold whole disks, all of them', () => {
  const { points } = rebuild([snapshot('a', 0, -1), snapshot('b', 1, -1)]);
  const more = continued(points.at(-1), [snapshot('e', 4, -1), snapshot('c', 2, -1), snapshot('old', 0, -1)]);
  expect(more.points.map(({ id, parentId, type }) => [id, parentId, type])).toEqual([
    [2, -1, 'FULL'],
    [4, -1, 'FULL'],
  ]);
  expect(more.left).toEqual([{ source: 'old', why: 'it does not stand on point 1, the newest that is known' }]);
  expect(continued(undefined, [snapshot('a', 0, -1)]).points).toEqual([]);
});

it('goes on with the finer ones where points were merged since', () => {
  const { points } = rebuild([snapshot('a', 0, -1)]);
  const all = [snapshot('b', 1, 0), snapshot('m', 2, 0), snapshot('c', 2, 1), snapshot('d', 3, 2)];
  expect(continued(points.at(-1), all).points.map(({ source }) => source)).toEqual(['b', 'c', 'd']);
});

const rejoined = (
  known: DescribedSnapshot[],
  listed: string[],
  found: [DescribedSnapshot, ...DescribedSnapshot[]],
): unknown => {
  const { points } = rejoin(rebuild(known), new Set(listed), found);
  for (const { id } of points) expect(pointsTo({ points }, id)).not.toBeTypeOf('string');
  return points.map((one) => `${one.id}<${one.parentId} ${one.type} ${one.source}`);
};

it('keeps what is there of an image that lost snapshots since its record was written', () => {
  const full = [snapshot('a', 0, -1), snapshot('b', 1, -1)];
  expect(rejoined(full, ['b', 'c'], [snapshot('c', 2, -1)])).toEqual(['1<-1 FULL b', '2<-1 FULL c']);
  const chain = [snapshot('a', 0, -1), snapshot('b', 1, 0), snapshot('c', 2, 1)];
  const found: [DescribedSnapshot, DescribedSnapshot] = [snapshot('m', 1, -1), snapshot('d', 3, 2)];
  expect(rejoined(chain, ['m', 'c', 'd'], found)).toEqual([...['1<-1 FULL m', '2<1 INCREMENT c', '3<2 INCREMENT d']]);
});

it('leaves folded layers with their point', () => {
  const { points } = rebuild([snapshot('a', 0, -1), snapshot('b', 1, 0), snapshot('c', 2, 1), snapshot('x', 3, 2)]);
  const image = { points: fold({ id: 1, points }, new Set([0, 1])) };
  expect(image.points[0]?.source).toBe('a+b+c');
  const again = rejoin(image, new Set(['a', 'b', 'c', 'y']), [snapshot('y', 3, 2)]);
  expect(again.points.map((one) => `${one.id}<${one.parentId} ${one.type} ${one.source}`)).toEqual([
    ...['2<-1 FULL a+b+c', '3<2 INCREMENT y'],
  ]);
});
