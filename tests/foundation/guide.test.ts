// The guide is in the order in which people need it, has all its pages in its list, and the sizes that it names were measured.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const DOCS = join(import.meta.dirname, '../../docs');
const page = (name: string): string => readFileSync(join(DOCS, name), 'utf8');
const links = [...page('guide/index.md').matchAll(/^\d+\. \[[^\]]+\]\(([^)]+)\)/gm)].map(([, link = '']) => link);

it('begins as the manual of OpenNebula does: overview, preparing, taking, restoring, more', () => {
  const chapters = ['#overview', 'preparing.md', 'taking.md', 'scheduling.md', 'restoring.md', 'users-and-quotas.md'];
  expect(links.filter((link) => chapters.includes(link))).toEqual(chapters);
  expect(links.slice(0, 3)).toEqual(chapters.slice(0, 3));
});

it('lists every page once', () => {
  const pages = globSync('*.md', { cwd: join(DOCS, 'guide') }).filter((name) => name !== 'index.md');
  expect(links.filter((link) => link.endsWith('.md')).sort()).toEqual(pages.sort());
});

it('says sizes that the benchmarks have', () => {
  const rows = page('guide/operations.md')
    .split('\n')
    .filter((line) => line.includes('(../benchmarks.md#'));
  expect(rows.length).toBeGreaterThan(8);
  const benchmarks = page('benchmarks.md');
  for (const row of rows) {
    const [, heading = ''] = /benchmarks\.md#([a-z-]+)\)/.exec(row) ?? [];
    const title = new RegExp(`^## ${heading.replaceAll('-', ' ')}$`, 'im').exec(benchmarks);
    const section = title ? benchmarks.slice(title.index).split(/\n## /)[0] : undefined;
    const numbers = [...row.matchAll(/`([\d.]+)`/g)].map(([, number = '']) => number);
    expect(numbers, row).not.toEqual([]);
    expect(
      numbers.filter((number) => !section?.includes(number)),
      row,
    ).toEqual([]);
  }
});
