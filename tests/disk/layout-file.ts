// Makes the whole file of a layout in memory, for tests: every guest byte is a function of its place.
import type { Qcow2Layout } from '../../src/disk/qcow2-layout.ts';

const PATTERN = Buffer.from(Array.from({ length: 2 ** 18 }, (_, index) => ((index * 2654435761) >>> 13) & 255));

/** The content of the disk at a place. */
export function guestBytes(offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const from = (offset + at) % PATTERN.length;
    at += PATTERN.copy(bytes, at, from, Math.min(PATTERN.length, from + length - at));
  }
  return bytes;
}

export function fileOf(layout: Qcow2Layout): Buffer {
  return rangeOf(layout, 0, layout.fileBytes);
}

/** The bytes [offset, offset+length) of the file, cut at its end; checks that the pieces follow each other. */
export function rangeOf(layout: Qcow2Layout, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, layout.fileBytes - offset)), 0xee);
  let at = 0;
  for (const piece of layout.pieces(offset, length)) {
    if (piece.fileOffset !== offset + at || piece.length <= 0) throw new Error(`a gap at ${offset + at}`);
    const target = bytes.subarray(at, at + piece.length);
    if (piece.kind === 'metadata') layout.metadata(piece.fileOffset, target);
    else if (piece.kind === 'data') guestBytes(piece.guestOffset, piece.length).copy(target);
    else target.fill(0);
    at += piece.length;
  }
  if (at !== bytes.length) throw new Error(`the pieces end at ${at} of ${bytes.length}`);
  return bytes;
}
