// The read-ahead gives the wanted bytes in order whatever order the source answers in, within its memory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequentialReader, type ByteSource, type Range } from './sequential-read.ts';

const content = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) & 255));

/** Answers after a random number of turns, and knows how much was in flight. */
function slowSource(): ByteSource & { most: number } {
  let inFlight = 0;
  const source = {
    most: 0,
    async read(offset: number, into: Uint8Array): Promise<void> {
      inFlight += into.length;
      source.most = Math.max(source.most, inFlight);
      for (let turns = (offset * 13) % 5; turns > 0; turns--) await Promise.resolve();
      into.set(content.subarray(offset, offset + into.length));
      inFlight -= into.length;
    },
  };
  return source;
}

async function readAll(reader: SequentialReader): Promise<Buffer> {
  const parts: Buffer[] = [];
  let position = 0;
  for (let block = await reader.next(); block; block = await reader.next()) {
    expect(block.position).toBe(position);
    parts.push(Buffer.from(block.data));
    position += block.data.length;
    block.release();
  }
  return Buffer.concat(parts);
}

describe('SequentialReader', () => {
  it('lays the wanted ranges end to end', async () => {
    const range = fc.record({ offset: fc.nat({ max: 4000 }), length: fc.nat({ max: 900 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(range),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 5 }),
        async (ranges, blockBytes, blocks) => {
          const source = slowSource();
          const read = await readAll(new SequentialReader(source, ranges, { blockBytes, blocks }));
          expect(read.equals(Buffer.concat(ranges.map(wanted)))).toBe(true);
          expect(source.most).toBeLessThanOrEqual(blockBytes * blocks);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('waits while the consumer holds every block', async () => {
    const reader = new SequentialReader(slowSource(), [{ offset: 0, length: 30 }], { blockBytes: 10, blocks: 2 });
    const first = await reader.next();
    await reader.next();
    const third = reader.next();
    first?.release();
    first?.release();
    expect(Buffer.from((await third)?.data ?? []).equals(content.subarray(20, 30))).toBe(true);
  });

  it('fails at the block that could not be read, and closes after all others have settled', async () => {
    let pending = 0;
    const source: ByteSource = {
      async read(offset) {
        pending += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        pending -= 1;
        if (offset === 10) throw new Error('bad sector');
      },
    };
    const reader = new SequentialReader(source, [{ offset: 0, length: 100 }], { blockBytes: 10, blocks: 4 });
    expect((await reader.next())?.position).toBe(0);
    await expect(reader.next()).rejects.toThrow('bad sector');
    await reader.close();
    expect(pending).toBe(0);
    expect(await reader.next()).toBeUndefined();
  });
});

function wanted({ offset, length }: Range): Buffer {
  return content.subarray(offset, offset + length);
}
