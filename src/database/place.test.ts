import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { placeOf } from './place.ts';

const URL = 'postgres://ann:secret@db/one';

it('is a file, a URL without its password, or what holds a URL', async () => {
  expect(await placeOf('one.db', {})).toEqual({ database: resolve('one.db') });
  expect((await placeOf('postgres://ann@db/one', {})).postgres?.url).toBe('postgres://ann@db/one');
  expect((await placeOf('postgres://ann@/one?host=/run', {})).postgres?.url).toBe('postgres://ann@/one?host=/run');
  expect((await placeOf('env:DB', { DB: URL })).postgres?.url).toBe(URL);
  const directory = await mkdtemp(join(tmpdir(), 'onevault-place-'));
  await writeFile(join(directory, 'url'), `${URL}\n`);
  expect((await placeOf(`file:${directory}/url`, {})).postgres?.url).toBe(URL);
  await rm(directory, { recursive: true });
});

it.each(['postgres://ann:secret@db/one', 'postgres://db/one?password=secret', 'postgres://ann:se/cret@db:x/one'])(
  '%s on a command line is refused, and not said again',
  async (name) => {
    const refused = placeOf(name, {});
    await expect(refused).rejects.toThrow('A URL with a password on the command line is not taken');
    await expect(refused).rejects.not.toThrow('cret@');
  },
);

it('says where there is no URL', async () => {
  await expect(placeOf('env:DB', {})).rejects.toThrow(
    'The environment variable DB holds no URL of a PostgreSQL database.',
  );
  await expect(placeOf('env:DB', { DB: 'secret' })).rejects.not.toThrow('secret');
});
