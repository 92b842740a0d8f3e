import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKey } from './key-file.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-key-'));
  path = join(directory, '.one', 'onevault_key');
});
afterEach(() => rm(directory, { recursive: true }));

const mode = async (): Promise<number> => (await stat(path)).mode & 0o777;

it('makes a key that only its owner can read, and takes the same one ever after', async () => {
  const key = await openKey(path, undefined);
  expect(key).toHaveLength(32);
  expect(await mode()).toBe(0o600);
  await chmod(path, 0o644);
  expect(await openKey(path, 'datastore 100')).toEqual(key);
  expect(await mode()).toBe(0o600);
});

it('makes none when secrets depend on the one that is gone', async () => {
  await openKey(path, undefined);
  await rm(path);
  await expect(openKey(path, 'the password of datastore [100]')).rejects.toThrow(
    `The key ${path} is missing, and the password of datastore [100] cannot be read without it.`,
  );
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

it('refuses a file that is no key, and leaves it alone', async () => {
  await openKey(path, undefined);
  await writeFile(path, 'short');
  await expect(openKey(path, undefined)).rejects.toThrow('has 5 bytes; it must have 32');
  expect(await readFile(path, 'utf8')).toBe('short');
});
