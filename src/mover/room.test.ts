// A restore that would not fit is refused before its first byte, with what is missing where.
import { mkdtempSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { requireRoom } from './room.ts';

const directory = mkdtempSync(join(tmpdir(), 'onevault-room-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('adds up what goes to one file system, and names it', async () => {
  const { bavail, bsize } = await statfs(directory);
  const half = Math.ceil((bavail * bsize) / 2) + 2 ** 30;
  const one = { path: join(directory, 'a'), bytes: half };
  await requireRoom([]);
  await requireRoom([one]);
  const two = requireRoom([one, { path: join(directory, 'b'), bytes: half }]);
  await expect(two).rejects.toThrow(
    /There is no room for the restored disks: the file system at \/\S* has \d+ MiB free, and \d+ MiB are needed in /,
  );
  await expect(two).rejects.toThrow(`${((half * 2) / 2 ** 20).toFixed(0)} MiB are needed in ${directory}`);
});
