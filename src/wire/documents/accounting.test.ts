import { expect, it } from 'vitest';
import { record, vm } from '../../../tests/golden/objects.ts';
import { readXml } from '../xml-read.ts';
import { accountingRecords } from './accounting.ts';

const past = { ...record, seq: 0, stime: 100, etime: 200 };
const present = { ...record, seq: 1, stime: 300, etime: 0 };
const history = [past, present];

function seqs(from?: number, to?: number): string[] {
  const xml = accountingRecords({ ...vm, history }, from, to);
  return readXml(`<R>${xml}</R>`)
    .children('HISTORY')
    .map((entry) => entry.textOf('SEQ'));
}

it.each([
  [undefined, undefined, ['0', '1']],
  [200, -1, ['1']],
  [199, -1, ['0', '1']],
  [-1, 300, ['0']],
  [-1, 301, ['0', '1']],
  [-1, 100, []],
  [210, 290, []],
])('from %s to %s are the records that reach into it', (from, to, found) => {
  expect(seqs(from, to)).toEqual(found);
});

it('each record ends with its VM, which has no history of its own', () => {
  const [first] = readXml(`<R>${accountingRecords({ ...vm, history })}</R>`).children('HISTORY');
  expect(first?.elements.at(-1)?.name).toBe('VM');
  expect(first?.textOf('VM/NAME')).toBe('alpine-0');
  expect(first?.child('VM/HISTORY_RECORDS')?.elements).toEqual([]);
});
