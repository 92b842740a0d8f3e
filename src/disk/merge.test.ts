// What is merged is, cluster by cluster, what the newest member says; every member is read to its end and let go.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chains,
  chunked,
  memberFile,
  modelOf,
  rawOf,
  sha256,
  sizeOf,
  type Kinds,
  type Source,
} from '../../tests/disk/members.ts';
import { checkedStream } from './checked-stream.ts';
import { CLUSTER_BYTES } from './cluster-map.ts';
import { mergeSequential } from './merge.ts';
import { Qcow2Layout } from './qcow2-layout.ts';
import { readSequentialQcow2, type SequentialQcow2 } from './qcow2-read.ts';
import { qcow2Stream } from './qcow2-stream.ts';

const named = (sources: Source[]) => sources.map((stream, index) => ({ stream, name: `disk.0.${index}` }));
const sourcesOf = (chain: Kinds[], step = 50_000) =>
  chain.map((kinds, member) => chunked(memberFile(kinds, member), step));

async function rawIn({ virtualBytes, data }: { virtualBytes: number; data: SequentialQcow2['data'] }): Promise<Buffer> {
  const raw = Buffer.alloc(virtualBytes);
  let end = 0;
  for await (const piece of data()) {
    expect(piece.guestOffset).toBeGreaterThanOrEqual(end);
    end = piece.guestOffset + piece.data.length;
    raw.set(piece.data, piece.guestOffset);
  }
  return raw;
}

async function mergedFile(sources: Source[], whole: boolean): Promise<Buffer> {
  const merged = await mergeSequential(named(sources), whole);
  const { virtualBytes, clusters } = merged;
  const layout = new Qcow2Layout({ virtualBytes, clusters });
  const parts: Uint8Array[] = [];
  for await (const part of qcow2Stream(layout, merged.data())) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

describe('mergeSequential', () => {
  it('is what the newest member says of each cluster', async () => {
    await fc.assert(
      fc.asyncProperty(chains(), fc.boolean(), fc.integer({ min: 1000, max: 200_000 }), async (chain, whole, step) => {
        const sources = sourcesOf(chain, step);
        const merged = await mergeSequential(named(sources), whole);
        const model = modelOf(chain);
        model.forEach((owner, cluster) => {
          const kind = typeof owner === 'number' ? 'data' : whole ? 'absent' : owner;
          expect(merged.clusters.kind(cluster)).toBe(kind);
        });
        expect(merged.virtualBytes).toBe(sizeOf(chain[0] ?? []));
        const raw = await rawIn({ virtualBytes: merged.virtualBytes, data: () => merged.data() });
        expect(raw.equals(rawOf(chain))).toBe(true);
        expect(sources.every(({ closed }) => closed)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('gives a file that holds the same, however the members were grouped', async () => {
    await fc.assert(
      fc.asyncProperty(chains(6), fc.nat({ max: 6 }), fc.nat({ max: 6 }), async (chain, first, second) => {
        const from = Math.min(first, chain.length - 1);
        const to = Math.max(from + 1, Math.min(second, chain.length));
        const files = chain.map((kinds, member) => memberFile(kinds, member));
        const delta = await mergedFile(
          files.slice(from, to).map((file) => chunked(file)),
          from === 0,
        );
        const grouped = [...files.slice(0, from), delta, ...files.slice(to)].map((file) => chunked(file));
        const raw = await readSequentialQcow2(chunked(await mergedFile(grouped, true)), 'all');
        expect((await rawIn({ virtualBytes: raw.virtualBytes, data: () => raw.data() })).equals(rawOf(chain))).toBe(
          true,
        );
      }),
      { numRuns: 60 },
    );
  });

  const chain: Kinds[] = [
    ['data', 'data', 'data', 'data'],
    ['absent', 'data', 'zero', 'absent'],
    ['data', 'absent', 'absent', 'absent'],
  ];

  it('lets go of all when it is closed before its data, or in the middle of it', async () => {
    const unread = sourcesOf(chain);
    await (await mergeSequential(named(unread), true)).close();
    expect(unread.map(({ closed }) => closed)).toEqual([true, true, true]);
    const half = sourcesOf(chain);
    for await (const piece of (await mergeSequential(named(half), true)).data()) {
      expect(piece.guestOffset).toBe(0);
      break;
    }
    expect(half.map(({ closed }) => closed)).toEqual([true, true, true]);
  });

  it('refuses members of different sizes, and one that is damaged, and lets go of all', async () => {
    const other = [chunked(memberFile(['data', 'data'], 0)), chunked(memberFile(['data'], 1))];
    await expect(mergeSequential(named(other), true)).rejects.toThrow(
      `disk.0.1 holds a disk of 1536 bytes, disk.0.0 one of ${CLUSTER_BYTES + 1536}.`,
    );
    expect(other.map(({ closed }) => closed)).toEqual([true, true]);
    const damaged = sourcesOf(chain);
    damaged[1] = chunked(Buffer.alloc(CLUSTER_BYTES));
    await expect(mergeSequential(named(damaged), true)).rejects.toThrow(/disk\.0\.1 could not be read as a qcow2/);
    expect(damaged.map(({ closed }) => closed)).toEqual([true, true, true]);
    await expect(mergeSequential([], true)).rejects.toThrow(/made of nothing/);
  });

  it.each([0, 1, 2])('fails when member %i ends early, and lets go of all', async (member) => {
    const sources = sourcesOf(chain);
    sources[member] = chunked(memberFile(chain[member] ?? [], member).subarray(0, -1));
    const merged = await mergeSequential(named(sources), true);
    await expect(rawIn({ virtualBytes: merged.virtualBytes, data: () => merged.data() })).rejects.toThrow(
      new RegExp(`Could not read disk\\.0\\.${member}: it ends at byte`),
    );
    expect(sources.map(({ closed }) => closed)).toEqual([true, true, true]);
  });

  it('notices a changed byte of a member, also in a cluster that is hidden', async () => {
    const files = chain.map((kinds, member) => memberFile(kinds, member));
    const [first] = files;
    if (first === undefined) throw new Error('no member');
    const recorded = files.map((file) => ({ fileBytes: file.length, sha256: sha256(file) }));
    const hidden = first.length - 2 * CLUSTER_BYTES - 5; // in cluster 1, which the next member replaces
    first[hidden] = (first[hidden] ?? 0) ^ 1;
    const members = files.map((file, index) => {
      const name = `disk.0.${index} of snapshot ${index}`;
      return { stream: checkedStream(chunked(file), recorded[index] ?? { fileBytes: 0, sha256: '' }, name), name };
    });
    const merged = await mergeSequential(members, true);
    await expect(rawIn({ virtualBytes: merged.virtualBytes, data: () => merged.data() })).rejects.toThrow(
      `disk.0.0 of snapshot 0 is not what was backed up: its SHA-256 is ${sha256(first)}, not ${recorded[0]?.sha256}.`,
    );
  });
});

describe('checkedStream', () => {
  const read = async (recorded: { fileBytes: number; sha256: string }): Promise<number> => {
    let bytes = 0;
    const stream = checkedStream(chunked(Buffer.alloc(1000), 300), recorded, 'it', (count) => (bytes += count));
    for await (const chunk of stream) expect(chunk.length).toBeGreaterThan(0);
    return bytes;
  };

  it('counts, and compares length and hash as far as they are recorded', async () => {
    const hash = sha256(Buffer.alloc(1000));
    expect(await read({ fileBytes: 1000, sha256: hash })).toBe(1000);
    expect(await read({ fileBytes: 1000, sha256: '' })).toBe(1000);
    await expect(read({ fileBytes: 1001, sha256: hash })).rejects.toThrow(
      'it has 1000 bytes, but 1001 were backed up.',
    );
    await expect(read({ fileBytes: 1000, sha256: 'ab' })).rejects.toThrow(`its SHA-256 is ${hash}, not ab.`);
  });
});

describe('qcow2Stream', () => {
  it('refuses pieces that are not the data of its layout', async () => {
    const merged = await mergeSequential(named(sourcesOf([['data', 'data']])), true);
    const layout = new Qcow2Layout({ virtualBytes: merged.virtualBytes, clusters: merged.clusters });
    const consume = async (pieces: Array<{ guestOffset: number; data: Buffer }>): Promise<void> => {
      async function* given() {
        await Promise.resolve();
        yield* pieces;
      }
      for await (const part of qcow2Stream(layout, given())) expect(part.length).toBeGreaterThan(0);
    };
    await expect(consume([{ guestOffset: 0, data: Buffer.alloc(CLUSTER_BYTES) }])).rejects.toThrow(/cannot be made of/);
    await expect(consume([{ guestOffset: 0, data: Buffer.alloc(3 * CLUSTER_BYTES) }])).rejects.toThrow(
      /cannot be made/,
    );
    await merged.close();
  });
});
