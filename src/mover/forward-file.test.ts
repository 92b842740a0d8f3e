// Whatever order the kernel reads in, a little out of turn, the file is the stream; what cannot be given is an error, never a wait.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunked, sha256, type Source } from '../../tests/disk/members.ts';
import { ForwardFile } from './forward-file.ts';

const MIB = 1024 * 1024;
const content = randomBytes(40 * MIB + 777);

async function read(file: ForwardFile, offset: number, length: number): Promise<Buffer> {
  const virtual = file.virtualFile(0);
  const buffers = await virtual.read(offset, Math.min(length, virtual.size - offset));
  const bytes = Buffer.concat(buffers);
  virtual.release?.(buffers);
  return bytes;
}

function open(bytes = content, length = bytes.length): { file: ForwardFile; source: Source } {
  const source = chunked(bytes, 300_001);
  return { file: new ForwardFile('disk.0.4', length, () => source), source };
}

describe('a forward file', () => {
  it('is its stream, read in any pace, with reads that overtake each other', async () => {
    const size = 9 * MIB + 5;
    const bytes = content.subarray(0, size);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(65_536, 131_072, 1_000_000, MIB),
        fc.integer({ min: 1, max: 6 }),
        fc.infiniteStream(fc.nat()),
        async (step, atOnce, dice) => {
          const { file } = open(bytes);
          for (let at = 0; at < size; at += step * atOnce) {
            const offsets = Array.from({ length: atOnce }, (_, index) => at + index * step).filter(
              (from) => from < size,
            );
            const order = offsets.map((offset) => ({ offset, by: dice.next().value ?? 0 })).sort((a, b) => a.by - b.by);
            await Promise.all(
              order.map(async ({ offset }) => {
                const part = await read(file, offset, step);
                expect(part.equals(bytes.subarray(offset, offset + step))).toBe(true);
              }),
            );
          }
          expect(file.sha256()).toBe(sha256(bytes));
          await file.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('opens its stream only when it is read, and lets it go', async () => {
    let opened = 0;
    const source = chunked(content);
    const file = new ForwardFile('disk.0.4', content.length, () => {
      opened += 1;
      return source;
    });
    await file.close();
    expect(opened).toBe(0);
    await read(file, 0, 100);
    expect(file.sha256()).toBeUndefined();
    await file.close();
    expect([opened, source.closed]).toEqual([1, true]);
  });

  it('does not go back to what has passed', async () => {
    const { file } = open();
    for (let at = 0; at < 30 * MIB; at += MIB) await read(file, at, MIB);
    await expect(read(file, 0, 10)).rejects.toThrow(
      /Could not read disk\.0\.4: byte 0 was read again after byte \d+\./,
    );
  });

  it('does not jump', async () => {
    const { file } = open();
    await expect(read(file, 30 * MIB, 10)).rejects.toThrow(/disk\.0\.4: byte 31457280 was asked for before byte 0\./);
  });

  it.each([
    ['ends early', content.length + 1, /it ends at byte/],
    ['goes on', content.length - 1, /it goes on after byte 41943816/],
  ])('gives no last byte when its stream %s', async (_how, length, message) => {
    const { file } = open(content, length);
    for (let at = 0; at < 40 * MIB; at += MIB) await read(file, at, MIB);
    await expect(read(file, 40 * MIB, MIB)).rejects.toThrow(message);
    expect(file.sha256()).toBeUndefined();
  });

  it('gives no last byte when its stream fails after it', async () => {
    async function* failing() {
      yield content.subarray(0, 2000);
      await Promise.reject(new Error('the hash differs'));
    }
    const file = new ForwardFile('disk.0.4', 2000, failing);
    await expect(read(file, 0, 2000)).rejects.toThrow('Could not read disk.0.4: the hash differs.');
    expect(file.sha256()).toBeUndefined();
  });
});
