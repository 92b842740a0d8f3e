import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { guestBytes } from '../../tests/disk/layout-file.ts';
import { writeStream } from './stream-write.ts';

const directory = mkdtempSync(join(tmpdir(), 'stream-write-'));
afterAll(() => rm(directory, { recursive: true }));

const MIB = 2 ** 20;
let files = 0;
const newPath = (): string => join(directory, `${files++}`);

async function* chunksOf(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

it('writes the stream as it is and tells its digest', async () => {
  const sizes = [fc.nat({ max: 3 * MIB }), fc.nat({ max: 3 * MIB }), fc.integer({ min: 1000, max: 2 * MIB })] as const;
  await fc.assert(
    fc.asyncProperty(...sizes, async (zeroes, length, chunk) => {
      const bytes = Buffer.concat([
        guestBytes(5, length),
        Buffer.alloc(zeroes),
        guestBytes(9, 77),
        Buffer.alloc(zeroes),
      ]);
      const path = newPath();
      const written = await writeStream(path, chunksOf(bytes, chunk));
      expect(written).toMatchObject({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      expect((await readFile(path)).equals(bytes)).toBe(true);
      await rm(path);
    }),
    { numRuns: 15 },
  );
});

it('leaves zeroes as holes', async () => {
  const path = newPath();
  const written = await writeStream(path, chunksOf(Buffer.alloc(20 * MIB + 3), MIB));
  expect(written).toMatchObject({ bytes: 20 * MIB + 3, writtenBytes: 0 });
  expect((await stat(path)).blocks).toBeLessThan(100);
});

it('refuses an existing file and passes on what the stream says', async () => {
  const path = newPath();
  await writeStream(path, chunksOf(Buffer.alloc(10, 1), 3));
  await expect(writeStream(path, chunksOf(Buffer.alloc(10), 3))).rejects.toThrow(`Could not create ${path}: EEXIST`);
  async function* failing() {
    yield Buffer.alloc(10);
    await Promise.reject(new Error('source gone'));
  }
  const other = newPath();
  await expect(writeStream(other, failing())).rejects.toThrow(`Could not write ${other}: source gone.`);
});
