import { describe, expect, it } from 'vitest';
import { BlockWindow } from './block-window.ts';

const BLOCK = 16;
const byteAt = (offset: number): number => (offset * 7 + Math.floor(offset / 251)) % 256;
const content = (offset: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => byteAt(offset + index)));

function open(fileBytes: number, fetch?: (offset: number, into: Buffer) => Promise<void>) {
  const told: Buffer[] = [];
  const fetched: number[] = [];
  let buffers = 0;
  const window = new BlockWindow({
    fileBytes,
    blockBytes: BLOCK,
    ahead: 4,
    inOrder: (block) => void told.push(Buffer.from(block)),
    fetch: async (offset, into) => {
      fetched.push(offset);
      buffers += 1;
      await (fetch ?? (() => new Promise<void>((resolve) => setImmediate(resolve))))(offset, into);
      content(offset, into.length).copy(into);
    },
  });
  return { window, told, fetched, count: () => buffers };
}

async function readAll(window: BlockWindow, fileBytes: number, step: number, atOnce: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let at = 0; at < fileBytes; at += step * atOnce) {
    const reads = Array.from({ length: atOnce }, (_, n) => at + n * step).filter((offset) => offset < fileBytes);
    const answers = await Promise.all(reads.map((offset) => window.read(offset, Math.min(step, fileBytes - offset))));
    for (const answer of answers) {
      parts.push(Buffer.concat(answer));
      window.release(answer);
    }
  }
  return Buffer.concat(parts);
}

async function readBlocks(window: BlockWindow, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) window.release(await window.read(index * BLOCK, BLOCK));
}

describe('the window over a file', () => {
  for (const [step, atOnce] of [
    [BLOCK, 1],
    [BLOCK, 4],
    [BLOCK / 2, 3],
    [BLOCK * 3 + 5, 1],
    [5, 8],
  ] as const) {
    it(`fetches each block once and tells all in order: steps of ${step}, ${atOnce} at once`, async () => {
      const fileBytes = BLOCK * 50 + 3;
      const { window, told, fetched } = open(fileBytes);
      expect(await readAll(window, fileBytes, step, atOnce)).toEqual(content(0, fileBytes));
      expect(new Set(fetched).size).toBe(fetched.length);
      expect(Buffer.concat(told)).toEqual(content(0, fileBytes));
      expect(window.complete).toBe(true);
    });
  }
});

describe('blocks that arrive out of order', () => {
  it('wait for an earlier one that is slow, even when their readers are done with them', async () => {
    const fileBytes = BLOCK * 24;
    let arrive = (): void => undefined;
    const slow = new Promise<void>((resolve) => (arrive = resolve));
    const { window, told } = open(fileBytes, (offset) => (offset === 0 ? slow : Promise.resolve()));
    const first = window.read(0, BLOCK);
    await readBlocks(window, 1, 12);
    arrive();
    window.release(await first);
    await readBlocks(window, 12, 24);
    expect(Buffer.concat(told)).toEqual(content(0, fileBytes));
  });

  it('are told in order all the same, however many reads are under way', async () => {
    const fileBytes = BLOCK * 60;
    let turn = 0;
    const uneven = async (): Promise<void> => {
      for (let wait = (turn++ * 13) % 7; wait > 0; wait--) await new Promise((resolve) => setImmediate(resolve));
    };
    for (const atOnce of [1, 2, 6, 12]) {
      const { window, told } = open(fileBytes, uneven);
      expect(await readAll(window, fileBytes, BLOCK, atOnce)).toEqual(content(0, fileBytes));
      expect(Buffer.concat(told)).toEqual(content(0, fileBytes));
    }
  });
});
