// docs/threat-model.md names the test that holds each of its rows: every one of them is there, and every row has one.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const rows = rowsOf(readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8'));

/** Cells of the tables that have a column of tests. */
function rowsOf(text: string): string[][] {
  const tables = text.split(/\n\n/).filter((part) => /^\| threat +\|/.test(part));
  return tables
    .flatMap((table) => table.trim().split('\n').slice(2))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1));
}

/** The file and the name in a cell: `tests/x.test.ts`: a name. */
function namedIn(cell: string): { file: string; name: string } | undefined {
  const [, file = '', name = ''] = /^\s*`([\w./-]+\.test\.ts)`: (.+?)\s*$/.exec(cell) ?? [];
  return file === '' ? undefined : { file, name: name.replaceAll('\\', '') };
}

function isThere({ file, name }: { file: string; name: string }): boolean {
  const path = join(ROOT, file);
  return existsSync(path) && readFileSync(path, 'utf8').replaceAll('\\', '').includes(name);
}

describe('the threat model', () => {
  it('has a test in each row', () => {
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((cells) => cells.length !== 3 || namedIn(cells[2] ?? '') === undefined)).toEqual([]);
  });

  it('names tests that are there', () => {
    const named = rows.flatMap((cells) => namedIn(cells[2] ?? '') ?? []);
    expect(named.filter((one) => !isThere(one))).toEqual([]);
  });

  it('would be found out', () => {
    expect(namedIn(' x.test.ts: a name ')).toBeUndefined();
    expect(
      isThere({ file: 'tests/foundation/threat-model.test.ts', name: ['no test', 'of that name'].join(' ') }),
    ).toBe(false);
    expect(isThere({ file: 'tests/foundation/none.test.ts', name: 'would be found out' })).toBe(false);
  });
});
