// Whatever the order in which its pieces come, the disk is right at the end and the hash is that of the stored file.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterMapOf } from './cluster-map-builder.ts';
import { CLUSTER_BYTES } from './cluster-map.ts';
import { Qcow2Layout } from './qcow2-layout.ts';
import { qcow2Stream } from './qcow2-stream.ts';
import { ScatteredWriter } from './scattered-write.ts';

const PIECE = 50_000;
/** Ends within a cluster. */
const VIRTUAL = 9 * CLUSTER_BYTES + 1024;

let directory: string;
let raw: Buffer;
let stored: Buffer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ov-scattered-'));
  raw = Buffer.alloc(VIRTUAL);
  for (const cluster of [1, 2, 5, 8, 9])
    raw.set(randomBytes(CLUSTER_BYTES).subarray(0, VIRTUAL - cluster * CLUSTER_BYTES), cluster * CLUSTER_BYTES);
  const at = (cluster: number): number => cluster * CLUSTER_BYTES;
  const clusters = clusterMapOf(VIRTUAL, [
    { offset: 0, length: at(1), kind: 'absent' },
    { offset: at(1), length: at(2), kind: 'data' },
    { offset: at(3), length: at(2), kind: 'absent' },
    { offset: at(5), length: at(1), kind: 'data' },
    { offset: at(6), length: at(2), kind: 'absent' },
    { offset: at(8), length: VIRTUAL - at(8), kind: 'data' },
  ]);
  const layout = new Qcow2Layout({ virtualBytes: VIRTUAL, clusters });
  async function* pieces(): AsyncGenerator<{ guestOffset: number; data: Buffer }> {
    for (const cluster of [1, 2, 5, 8, 9]) {
      await Promise.resolve();
      yield { guestOffset: at(cluster), data: raw.subarray(at(cluster), at(cluster + 1)) };
    }
  }
  const parts: Uint8Array[] = [];
  for await (const part of qcow2Stream(layout, pieces())) parts.push(Buffer.from(part));
  stored = Buffer.concat(parts);
});
afterEach(() => rm(directory, { recursive: true }));

const path = (): string => join(directory, 'disk');
const create = (format: 'raw' | 'qcow2'): Promise<ScatteredWriter> =>
  ScatteredWriter.create({ path: path(), format, fileBytes: stored.length, virtualBytes: VIRTUAL, name: 'the file' });
const starts = (): number[] => Array.from({ length: Math.ceil(stored.length / PIECE) }, (_, index) => index * PIECE);
const pieceAt = (start: number): Buffer => Buffer.from(stored.subarray(start, start + PIECE));
const sha256 = (): string => createHash('sha256').update(stored).digest('hex');

const orders = {
  'from the front': (all: number[]) => all,
  'from the back': (all: number[]) => all.toReversed(),
  'odd ones first': (all: number[]) => [...all.filter((_, at) => at % 2), ...all.filter((_, at) => at % 2 === 0)],
  'some of it twice': (all: number[]) => [...all, ...all.slice(3, 6)],
};

describe.each(['raw', 'qcow2'] as const)('to %s', (format) => {
  it.each(Object.entries(orders))('%s', async (_name, order) => {
    const writer = await create(format);
    for (const start of order(starts())) await writer.write(start, pieceAt(start));
    expect(await writer.finish()).toBe(sha256());
    await writer.close();
    expect((await readFile(path())).equals(format === 'raw' ? raw : stored)).toBe(true);
  });

  it('misses what never came', async () => {
    const writer = await create(format);
    for (const start of starts().slice(0, -1)) await writer.write(start, pieceAt(start));
    await expect(writer.finish()).rejects.toThrow('the file did not come to its end');
    await writer.close();
  });

  it('notices what is not as it was', async () => {
    const writer = await create(format);
    for (const start of starts()) {
      const piece = pieceAt(start);
      if (start === starts().at(-3)) piece[7] = (piece[7] ?? 0) ^ 1;
      await writer.write(start, piece);
    }
    expect(await writer.finish()).not.toBe(sha256());
    await writer.close();
  });

  it('takes nothing for padding that is none', async () => {
    const writer = await create(format);
    const writing = starts().map((start) => {
      const piece = pieceAt(start);
      if (start === starts().at(-1)) piece[7] = 1;
      return writer.write(start, piece);
    });
    const outcome = Promise.all(writing).then(() => writer.finish());
    if (format === 'raw') await expect(outcome).rejects.toThrow('behind the end of its disk');
    else expect(await outcome).not.toBe(sha256());
    await writer.close();
  });

  it('refuses more than there was', async () => {
    const writer = await create(format);
    await expect(writer.write(stored.length - 1, Buffer.alloc(2))).rejects.toThrow('longer than it was');
    await writer.close();
  });
});
