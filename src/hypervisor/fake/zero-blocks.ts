// Tells data from zeros in a raw file, in blocks of 64 KiB, and puts blocks that are alike together.
import type { FileHandle } from 'node:fs/promises';

export const BLOCK = 64 * 1024;

export interface ZeroExtent {
  length: number;
  zero: boolean;
}

/** Extents that cover `length` bytes from `offset`; neighbours differ. */
export async function readExtents(file: FileHandle, offset: number, length: number): Promise<ZeroExtent[]> {
  const extents: ZeroExtent[] = [];
  const block = Buffer.alloc(BLOCK);
  for (let at = offset; at < offset + length;) {
    const size = Math.min(BLOCK - (at % BLOCK), offset + length - at);
    const { bytesRead } = await file.read(block, 0, size, at);
    const zero = isZero(block.subarray(0, bytesRead));
    const last = extents.at(-1);
    if (last?.zero === zero) last.length += size;
    else extents.push({ length: size, zero });
    at += size;
  }
  return extents;
}

/** Extents of whole blocks by what `flagsOf` says of each; neighbours differ. */
export function blockExtents(
  offset: number,
  length: number,
  flagsOf: (block: number) => number,
): Array<{ length: number; flags: number }> {
  const extents: Array<{ length: number; flags: number }> = [];
  for (let at = offset; at < offset + length;) {
    const size = Math.min(BLOCK - (at % BLOCK), offset + length - at);
    const flags = flagsOf(Math.floor(at / BLOCK));
    const last = extents.at(-1);
    if (last?.flags === flags) last.length += size;
    else extents.push({ length: size, flags });
    at += size;
  }
  return extents;
}

const ZEROS = Buffer.alloc(BLOCK);

/** Whether a block (64 KiB at most) holds zeros only. */
export function isZero(block: Buffer): boolean {
  return block.equals(ZEROS.subarray(0, block.length));
}
