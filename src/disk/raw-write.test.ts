// What is written is what the file holds, holes stay holes, and the read-back finds a single changed byte.
import { mkdtempSync } from 'node:fs';
import { open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { guestBytes } from '../../tests/disk/layout-file.ts';
import { Bitmap } from './bitmap.ts';
import type { Range } from './extent.ts';
import { PresentPlace } from './present-write.ts';
import { checkWritten } from './sparse-write.ts';
import { RawWriter, verifyRaw, WINDOW_BYTES, writePieces, writeRaw } from './raw-write.ts';

const directory = mkdtempSync(join(tmpdir(), 'raw-write-'));
afterAll(() => rm(directory, { recursive: true }));

const MIB = 2 ** 20;
let files = 0;
const newPath = (): string => join(directory, `${files++}.raw`);

async function* pieces(list: Array<{ guestOffset: number; data: Uint8Array }>) {
  for (const piece of list) yield await Promise.resolve(piece);
}

it('finds at once that a new file does not hold what was written', async () => {
  const path = newPath();
  await writeFile(path, guestBytes(0, MIB));
  const file = await open(path, 'r');
  const room = Buffer.alloc(MIB);
  const wanted = Buffer.concat([guestBytes(0, MIB).subarray(100), Buffer.alloc(100)]);
  await checkWritten(file, path, wanted, room, 100); // zeroes follow its end
  wanted[5000] = (wanted[5000] ?? 0) ^ 1;
  await expect(checkWritten(file, path, wanted, room, 100)).rejects.toThrow(
    `${path} does not hold what was written: bytes 100 to ${MIB + 100} are not those written.`,
  );
  await file.close();
});

describe('writeRaw', () => {
  it('writes what it was given and can verify it', async () => {
    const part = fc.record({ gap: fc.nat({ max: 3 * MIB }), length: fc.nat({ max: MIB }), zero: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.nat({ max: 100_000 }), async (parts, tail) => {
        let at = 0;
        const list = parts.map(({ gap, length, zero }) => {
          const guestOffset = at + gap;
          at = guestOffset + length;
          return { guestOffset, data: zero ? Buffer.alloc(length) : guestBytes(guestOffset, length) };
        });
        const expected = Buffer.alloc(at + tail);
        for (const { guestOffset, data } of list) data.copy(expected, guestOffset);
        const path = newPath();
        const record = await writeRaw(path, expected.length, pieces(list));
        expect((await readFile(path)).equals(expected)).toBe(true);
        await verifyRaw(path, record);
        await rm(path);
      }),
      { numRuns: 15 },
    );
  });

  it('leaves zeroes and gaps as holes', async () => {
    const path = newPath();
    const list = [
      { guestOffset: 0, data: Buffer.alloc(4 * MIB) },
      { guestOffset: 100 * MIB, data: Buffer.alloc(65536, 1) },
    ];
    const record = await writeRaw(path, 200 * MIB + 512, pieces(list));
    expect(record.writtenBytes).toBe(65536);
    const { size, blocks } = await stat(path);
    expect(size).toBe(200 * MIB + 512);
    expect(blocks * 512).toBeLessThan(MIB);
  });

  it('finds what was changed after it was written', async () => {
    const path = newPath();
    await writeFile(path, '');
    const place = new PresentPlace({ path, used: new Bitmap(3), clear: () => Promise.resolve() });
    const list = pieces([{ guestOffset: 3 * MIB, data: guestBytes(0, MIB) }]);
    const record = await writePieces(await RawWriter.over(path, 5 * MIB, place), list);
    await verifyRaw(path, record);
    const file = await open(path, 'r+');
    await file.write(Buffer.from([guestBytes(0, 1)[0] === 0 ? 1 : 0]), 0, 1, 3 * MIB);
    await file.close();
    await expect(verifyRaw(path, record)).rejects.toThrow(`bytes ${2 * MIB} to ${4 * MIB} are not those written`);
    await truncate(path, 4 * MIB);
    await expect(verifyRaw(path, record)).rejects.toThrow('it has 4194304 bytes, not 5242880');
    await rm(path);
    await expect(verifyRaw(path, record)).rejects.toThrow(`Could not read back ${path}: ENOENT`);
  });

  it('refuses pieces out of order or outside, an existing file, and passes on what the source says', async () => {
    const data = Buffer.alloc(512, 1);
    const twice = [0, 256].map((guestOffset) => ({ guestOffset, data }));
    await expect(writeRaw(newPath(), MIB, pieces(twice))).rejects.toThrow('no room for [256, 768) after byte 512');
    await expect(writeRaw(newPath(), 100, pieces([{ guestOffset: 0, data }]))).rejects.toThrow('no room for [0, 512)');
    const path = newPath();
    await (await RawWriter.create(path, 512)).abandon();
    await expect(RawWriter.create(path, 512)).rejects.toThrow(`Could not create ${path}: EEXIST`);
    await expect(writeRaw(newPath(), MIB, failing())).rejects.toThrow('source gone');
  });
});

async function* failing() {
  yield { guestOffset: 0, data: Buffer.alloc(512, 1) };
  await Promise.reject(new Error('source gone'));
}

describe('over a file that holds something', () => {
  const BLOCK = 65_536;
  /** A file of one byte value a block, 0 for a hole. */
  async function blocks(values: number[], tail: number): Promise<{ path: string; bytes: Buffer }> {
    const bytes = Buffer.concat(values.map((value) => Buffer.alloc(BLOCK, value))).subarray(
      0,
      values.length * BLOCK - tail,
    );
    const path = newPath();
    await writeFile(path, bytes);
    return { path, bytes };
  }

  /** All windows are looked at, and what is cleared is written as zeroes. */
  function place(path: string, size: number, cleared: Range[]): PresentPlace {
    const used = new Bitmap(Math.ceil(size / WINDOW_BYTES));
    used.set(0, used.length);
    const clear = async (ranges: readonly Range[]): Promise<void> => {
      const file = await open(path, 'r+');
      for (const { offset, length } of ranges) await file.write(Buffer.alloc(length), 0, length, offset);
      await file.close();
      cleared.push(...ranges);
    };
    return new PresentPlace({ path, used, clear });
  }

  const value = fc.constantFrom(0, 0, 1, 2);
  const disk = fc.integer({ min: 1, max: 70 }).chain((length) =>
    fc.record({
      before: fc.array(value, { maxLength: 70 }),
      after: fc.array(value, { minLength: length, maxLength: length }),
      tail: fc.constantFrom(0, 512, 65_000),
    }),
  );

  it('gives what was asked for, and writes only blocks that differ', async () => {
    await fc.assert(
      fc.asyncProperty(disk, async ({ before, after, tail }) => {
        const old = await blocks(before, 0);
        const wanted = await blocks(after, tail);
        const size = wanted.bytes.length;
        const cleared: Range[] = [];
        const over = place(old.path, size, cleared);
        const data = after.flatMap((one, index) =>
          one === 0
            ? []
            : [{ guestOffset: index * BLOCK, data: wanted.bytes.subarray(index * BLOCK, (index + 1) * BLOCK) }],
        );
        const record = await writePieces(await RawWriter.over(old.path, size, over), pieces(data));
        expect((await readFile(old.path)).equals(wanted.bytes)).toBe(true);
        await verifyRaw(old.path, record);
        const differing = after.filter((one, index) => one !== 0 && one !== (before[index] ?? 0)).length;
        const toClear = after.filter((one, index) => one === 0 && (before[index] ?? 0) !== 0).length;
        expect(Math.ceil(record.writtenBytes / BLOCK)).toBe(differing);
        expect(Math.ceil(over.clearedBytes / BLOCK)).toBe(toClear);
        expect(cleared.reduce((sum, { length }) => sum + length, 0)).toBe(over.clearedBytes);
        await Promise.all([rm(old.path), rm(wanted.path)]);
      }),
      { numRuns: 12 },
    );
  });

  it('leaves windows alone that are known to be holes', async () => {
    const { path } = await blocks([1], 0);
    const untouched = new PresentPlace({ path, used: new Bitmap(1), clear: () => Promise.reject(new Error('asked')) });
    const record = await writePieces(await RawWriter.over(path, BLOCK, untouched), pieces([]));
    expect(record).toMatchObject({ writtenBytes: 0, count: 0 });
    await expect(RawWriter.over(newPath(), 1, untouched)).rejects.toThrow(/Could not open .*ENOENT/);
  });
});
