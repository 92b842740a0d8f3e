// Files that lie, end early or use what a sequential qcow2 cannot have are refused with a clear error, and the stream
// is let go.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OneError } from '../model/errors.ts';
import { clusterMapOf } from './cluster-map-builder.ts';
import { CLUSTER_BYTES } from './cluster-map.ts';
import { fileOf } from '../../tests/disk/layout-file.ts';
import { Qcow2Layout } from './qcow2-layout.ts';
import { readQcow2Header, readSequentialQcow2 } from './qcow2-read.ts';

const virtualBytes = 10 * CLUSTER_BYTES;
const clusters = clusterMapOf(virtualBytes, [
  { offset: 0, length: 2 * CLUSTER_BYTES, kind: 'data' },
  { offset: 3 * CLUSTER_BYTES, length: CLUSTER_BYTES, kind: 'zero' },
  { offset: 8 * CLUSTER_BYTES, length: CLUSTER_BYTES, kind: 'data' },
]);
const layout = new Qcow2Layout({ virtualBytes, clusters, backing: { file: 'disk.0.0', format: 'qcow2' } });
const file = fileOf(layout);
const L1 = CLUSTER_BYTES;
const L2 = 4 * CLUSTER_BYTES;

interface Source extends AsyncIterable<Uint8Array> {
  closed: boolean;
}

function streamOf(bytes: Buffer): Source {
  const source: Source = {
    closed: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (let at = 0; at < bytes.length; at += 50_000) {
          await Promise.resolve();
          yield bytes.subarray(at, at + 50_000);
        }
      } finally {
        source.closed = true;
      }
    },
  };
  return source;
}

/** Reads everything; the error when there is one. */
async function problemOf(bytes: Buffer): Promise<OneError | undefined> {
  const source = streamOf(bytes);
  try {
    const read = await readSequentialQcow2(source, 'disk.0.1');
    for await (const piece of read.data())
      expect(piece.guestOffset + piece.data.length).toBeLessThanOrEqual(read.virtualBytes);
  } catch (error) {
    expect(error).toBeInstanceOf(OneError);
    expect(source.closed).toBe(true);
    return error as OneError;
  }
  expect(source.closed).toBe(true);
  return undefined;
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
}

describe('readSequentialQcow2', () => {
  it('reads the unchanged file', async () => {
    expect(await problemOf(file)).toBeUndefined();
  });

  const lies: Array<[string, (bytes: Buffer) => void]> = [
    ['does not start as one', (b) => b.writeUInt32BE(1, 0)],
    ['version is 4', (b) => b.writeUInt32BE(4, 4)],
    ['version 2 is not supported', (b) => b.writeUInt32BE(2, 4)],
    ['2^12 bytes are not supported', (b) => b.writeUInt32BE(12, 20)],
    ['clusters have 2^60 bytes', (b) => b.writeUInt32BE(60, 20)],
    ['more than 64 TiB', (b) => b.writeUInt32BE(0x10000, 24)],
    ['the size in its header', (b) => b.writeUInt32BE(0xffffffff, 24)],
    ['encryption', (b) => b.writeUInt32BE(2, 32)],
    ['L1 table has 4294967295 entries', (b) => b.writeUInt32BE(0xffffffff, 36)],
    ['L1 table stands at byte 7', (b) => b.writeUInt32BE(7, 44)],
    ['ends at byte', (b) => b.writeUInt32BE(0x40000000, 44)],
    ['internal snapshots', (b) => b.writeUInt32BE(1, 60)],
    ['dirty', (b) => b.writeUInt32BE(1, 76)],
    ['corrupt', (b) => b.writeUInt32BE(2, 76)],
    ['external data file', (b) => b.writeUInt32BE(4, 76)],
    ['this compression', (b) => b.writeUInt32BE(8, 76)],
    ['extended L2', (b) => b.writeUInt32BE(16, 76)],
    ['not known', (b) => b.writeUInt32BE(32, 76)],
    ['refcounts of 2^3 bits', (b) => b.writeUInt32BE(3, 96)],
    ['backing file name has 5000 bytes', (b) => b.writeUInt32BE(5000, 16)],
    ['header extension has', (b) => b.writeUInt32BE(0xfffffff0, 108)],
    ['entry 0 of its L1', (b) => b.writeUInt32BE(0, L1)],
    ['entry 0 of its L1', (b) => b.writeUInt32BE(L2 + 512, L1 + 4)],
    ['out of order', (b) => b.writeUInt32BE(CLUSTER_BYTES, L1 + 4)],
    ['compressed clusters', (b) => b.writeUInt32BE(0x40000000, L2)],
    ['take room', (b) => b.writeUInt32BE(b.readUInt32BE(L2 + 4) | 1, L2 + 4)],
    ['entry 1 of its L2', (b) => b.writeUInt32BE(0x80000000, L2 + 8) && b.writeUInt32BE(77 << 4, L2 + 12)],
    ['entry 2 of its L2', (b) => b.writeUInt32BE(0x01000000, L2 + 16)],
    ['before its tables end', (b) => b.writeUInt32BE(0, L2 + 4)],
    ['data is out of order', (b) => b.copy(b, L2 + 8, L2, L2 + 8)],
    ['behind the end of its disk', (b) => b.writeUInt32BE(1, L2 + 10 * 8 + 4)],
  ];
  it.each(lies)('refuses with "%s"', async (why, change) => {
    const error = await problemOf(changed(change));
    expect(error?.message).toContain('disk.0.1');
    expect(error?.message).toContain(why);
  });

  it('refuses a file that ends anywhere before its end, or goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: file.length - 1 }), async (length) => {
        expect(await problemOf(file.subarray(0, length))).toBeInstanceOf(OneError);
      }),
      { numRuns: 50 },
    );
    expect((await problemOf(Buffer.concat([file, Buffer.alloc(1)])))?.message).toContain(
      'goes on after its last cluster',
    );
  });

  it('never does worse than a clear error on damaged metadata', async () => {
    const damage = fc.array(fc.tuple(fc.constantFrom(0, L1, L2), fc.nat({ max: 130 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        await problemOf(changed((copy) => bytes.forEach(([start, at, value]) => (copy[start + at] = value))));
      }),
      { numRuns: 300 },
    );
  });

  it('names the file when the stream itself fails', async () => {
    async function* failing() {
      yield file.subarray(0, 100_000);
      await Promise.reject(new Error('connection lost'));
    }
    await expect(readSequentialQcow2(failing(), 'disk.0.1')).rejects.toThrow(
      'Could not read disk.0.1: connection lost.',
    );
  });
});

describe('readQcow2Header', () => {
  const handle = (bytes: Buffer) => ({
    read: (into: Uint8Array, at: number, length: number, position: number) => {
      const part = bytes.subarray(position, position + Math.min(length, 1000));
      into.set(part, at);
      return Promise.resolve({ bytesRead: part.length });
    },
  });

  it('reads size and backing, also of version 2', async () => {
    const header = await readQcow2Header(handle(file), 'a');
    expect(header).toMatchObject({ version: 3, virtualBytes, backing: { file: 'disk.0.0', format: 'qcow2' } });
    const old = changed((bytes) => bytes.writeUInt32BE(2, 4)).fill(0, 72, 104);
    expect(await readQcow2Header(handle(old), 'a')).toMatchObject({
      version: 2,
      backing: { file: 'disk.0.0', format: '' },
    });
  });

  it('refuses what is no qcow2', async () => {
    await expect(readQcow2Header(handle(Buffer.alloc(10)), 'a.img')).rejects.toThrow(
      'a.img could not be read as a qcow2',
    );
    await expect(readQcow2Header(handle(file.subarray(0, 80)), 'a.img')).rejects.toThrow('ends within its header');
  });
});
