import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as directory from './run-directory.ts';

let parent: string;
let runDirectory: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'run-'));
  runDirectory = join(parent, 'run');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('the run directory', () => {
  it('is private', async () => {
    await directory.makeRunDirectory(runDirectory);
    expect((await stat(runDirectory)).mode & 0o777).toBe(0o700);
  });

  it('must leave room for the path of a socket', async () => {
    const long = join(parent, 'x'.repeat(100));
    await expect(directory.makeRunDirectory(long)).rejects.toThrow('too long a path for a unix socket');
  });

  it('loses only files of this product', async () => {
    await mkdir(runDirectory);
    const own = ['backup.sock', 'disk.0.pid', 'disk.0.sock', 'scratch.12'];
    const others = ['disk.0', 'frozen', 'scratch.12.qcow2', 'vm.xml'];
    for (const name of [...own, ...others]) await writeFile(join(runDirectory, name), '');
    expect((await directory.removeRunFiles(runDirectory)).sort()).toEqual(own);
    expect((await readdir(runDirectory)).sort()).toEqual(others);
  });

  it('goes when it is empty, and may be gone', async () => {
    await mkdir(runDirectory);
    expect(await directory.removeRunFiles(runDirectory)).toEqual([]);
    expect(await readdir(parent)).toEqual([]);
    expect(await directory.removeRunFiles(runDirectory)).toEqual([]);
  });

  it('counts what scratch files take on disk', async () => {
    await mkdir(runDirectory);
    await writeFile(directory.scratchFile(runDirectory, 1), Buffer.alloc(8192, 1));
    expect(await directory.scratchBytesOf(runDirectory, [1, 2])).toBe(8192);
  });

  it('needs 1 % of the disks to be free', async () => {
    await directory.checkScratchSpace(parent, 1024);
    await expect(directory.checkScratchSpace(parent, 2 ** 60)).rejects.toThrow(/MiB are free, \d+ MiB are needed/);
  });

  it('tells its own files from those of another directory', () => {
    expect(directory.isInside('/run/7/backup.sock', '/run/7/')).toBe(true);
    expect(directory.isInside('/run/77/backup.sock', '/run/7')).toBe(false);
    expect(directory.isInside('', '/run/7')).toBe(false);
  });
});
