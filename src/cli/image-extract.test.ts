// What a hostile backup may say, and what becomes of it here: nothing outside the target, nothing written over, no link followed.
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FileEntry } from '../model/file-names.ts';
import { Extraction, type Source } from './image-extract.ts';
import { entryText } from './image-files.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-extract-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const file = (name: string, mode = 0o644): FileEntry => ({ name, type: 'file', mode, size: 3, mtime: 1_000_000 });
const link = (name: string, target: string): FileEntry => ({ ...file(name), type: 'link', target });
const folder = (name: string): FileEntry => ({ ...file(name, 0o4777), type: 'directory' });

/** A backup whose directories are these. */
function source(tree: Record<string, FileEntry[]>, self = folder('etc')): Source {
  return {
    self: async () => self,
    entries: async function* (path) {
      yield* tree[path] ?? [];
    },
    copy: async (_path, target) => target.writeFile('new'),
  };
}

async function extract(from: Source, links = false, target = join(directory, 'out')): Promise<string[]> {
  const skipped: string[] = [];
  await new Extraction(from, { links, skipped: (line) => skipped.push(line) }).run('/disk.0/p1/etc', target);
  return skipped;
}

it('files and directories with their times, without rights that lead further', async () => {
  const tree = { '/disk.0/p1/etc': [file('a', 0o6755), folder('sub')], '/disk.0/p1/etc/sub': [file('b\\x0a', 0o600)] };
  expect(await extract(source(tree))).toEqual([]);
  const at = async (name: string): Promise<[string, number]> => {
    const { mode, mtimeMs } = await lstat(join(directory, 'out', name));
    return [(mode & 0o7777).toString(8), mtimeMs / 1000];
  };
  expect([await at('a'), await at('sub'), await at('sub/b\n')]).toEqual([
    ['755', 1_000_000],
    ['755', 1_000_000],
    ['600', 1_000_000],
  ]);
});

it('names that lead elsewhere, links and devices are left out', async () => {
  const names = ['..', '.', '\\x2e\\x2e', 'a\\x2fb', '../../evil', 'a\\x00b', ''];
  const special: FileEntry = { ...file('null'), type: 'special' };
  const tree = { '/disk.0/p1/etc': [...names.map((name) => file(name)), link('passwd', '/etc/passwd'), special] };
  const skipped = await extract(source(tree));
  expect(skipped).toHaveLength(names.length + 2);
  expect(skipped.slice(-2)).toEqual([
    '/disk.0/p1/etc/passwd was left out: it is a link.',
    '/disk.0/p1/etc/null was left out: it is a special file.',
  ]);
  expect(await readdir(directory, { recursive: true })).toEqual(['out']);
});

it('a name that comes twice, first as a link, is not written through', async () => {
  await mkdir(join(directory, 'precious'));
  await writeFile(join(directory, 'precious/a'), 'old');
  const hostile = [link('x', join(directory, 'precious')), folder('x')];
  const tree = { '/disk.0/p1/etc': hostile, '/disk.0/p1/etc/x': [file('a')] };
  await expect(extract(source(tree), true)).rejects.toThrow(/EEXIST/);
  const direct = { '/disk.0/p1/etc': [link('y', join(directory, 'precious/a')), file('y')] };
  await expect(extract(source(direct), true, join(directory, 'other'))).rejects.toThrow(/EEXIST/);
  expect(await readFile(join(directory, 'precious/a'), 'utf8')).toBe('old');
});

it('a tree without an end has one', async () => {
  const endless: Source = {
    ...source({}),
    entries: async function* () {
      yield folder('d');
    },
  };
  expect(await extract(endless)).toEqual([expect.stringMatching(/it lies more than 256 directories deep\.$/)]);
});

it('a directory that is there gets the file inside; nothing is written over', async () => {
  const one = source({}, file('passwd'));
  await extract(one, false, directory);
  expect(await readFile(join(directory, 'passwd'), 'utf8')).toBe('new');
  await expect(extract(one, false, directory)).rejects.toThrow(/passwd is there already; nothing is written over/);
  await symlink('/nowhere', join(directory, 'dangling'));
  await expect(extract(one, false, join(directory, 'dangling'))).rejects.toThrow(/is there already/);
  await expect(extract(source({}, file('..')), false, directory)).rejects.toThrow(/is there already/);
});

it.each([
  [file('passwd', 0o640), /^-rw-r----- {7}3B 01\/12 .{8} passwd$/],
  [link('a', '/b'), /^lrw-r--r-- .* a -> \/b$/],
  [{ ...folder('p1'), type: 'volume', fs: '', label: '', mtime: 0 }, /^vrwxrwxrwx {7}3B - {14}p1 unknown$/],
] as Array<[FileEntry, RegExp]>)('is listed: %j', (entry, text) => {
  expect(entryText(entry)).toMatch(text);
});
