// ARCHITECTURE.md is the map: it names every source file and nothing that is not there.
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TEXT = readFileSync(path.join(ROOT, 'ARCHITECTURE.md'), 'utf8');
const FOLDERS = '(?:src|tests|docs|scripts|bin|web|eslint-rules|\\.ci)';

/** Everything in backquotes that is a path of this project. */
function namedPaths(): string[] {
  const paths = [...TEXT.matchAll(new RegExp(`\`(${FOLDERS}/[\\w./-]*)\``, 'g'))].map(([, named = '']) => named);
  return [...new Set(paths)];
}

function sourceFiles(): string[] {
  return globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'));
}

describe('ARCHITECTURE.md', () => {
  it('names only what exists', () => {
    expect(namedPaths().filter((named) => !existsSync(path.join(ROOT, named)))).toEqual([]);
  });

  it('names every source file', () => {
    const named = new Set(namedPaths());
    expect(sourceFiles().filter((file) => !named.has(file))).toEqual([]);
  });
});
