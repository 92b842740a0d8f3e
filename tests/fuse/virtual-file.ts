// Virtual files for tests whose content follows from its position, so that any part of any size can be checked.
import { createHash } from 'node:crypto';
import type { VirtualDirectory, VirtualFile } from '../../src/fuse/mount.ts';

const WORD = 8;

/** Bytes [offset, offset+length) of the endless content number `seed`: each 8 bytes name their own position. */
export function content(seed: number, offset: number, length: number): Buffer {
  const first = Math.floor(offset / WORD);
  const words = Math.ceil((offset + length) / WORD) - first;
  const bytes = Buffer.alloc(words * WORD);
  for (let index = 0; index < words; index++) {
    const word = first + index;
    bytes.writeUInt32LE(word % 0x1_0000_0000, index * WORD);
    bytes.writeUInt32LE((Math.floor(word / 0x1_0000_0000) * 0x100 + seed) >>> 0, index * WORD + 4);
  }
  return bytes.subarray(offset - first * WORD, offset - first * WORD + length);
}

/** A file of that content; reads are answered in two buffers when they are long enough. */
export function patternFile(seed: number, size: number, extra: Partial<VirtualFile> = {}): VirtualFile {
  const read = (offset: number, length: number): Promise<Uint8Array[]> => {
    const cut = Math.floor(length / 3);
    return Promise.resolve([content(seed, offset, cut), content(seed, offset + cut, length - cut)]);
  };
  return { kind: 'file', size, mtimeSec: 1_700_000_000, read, ...extra };
}

export function directory(entries: Record<string, VirtualFile | VirtualDirectory>): VirtualDirectory {
  return { kind: 'directory', mtimeSec: 1_600_000_000, entries: new Map(Object.entries(entries)) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
