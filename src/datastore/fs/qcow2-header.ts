// What a qcow2 file says in its first bytes, read to refuse files that lead elsewhere: a backing file or an external data
// file in a user's image would let a guest read any file of the host.
import { open } from 'node:fs/promises';
import { CODE, OneError } from '../../model/errors.ts';

const MAGIC = 0x514649fb;
const HEADER_BYTES = 104;
const EXTERNAL_DATA = 4n;

export interface Qcow2Header {
  virtualBytes: number;
  hasBackingFile: boolean;
  hasExternalData: boolean;
}

/** Reads the header of a file that is said to be qcow2; throws a OneError when it is something else. */
export async function readQcow2Header(path: string): Promise<Qcow2Header> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return parseQcow2Header(buffer.subarray(0, bytesRead), path);
  } finally {
    await file.close();
  }
}

/** The pure part of `readQcow2Header`: `bytes` is the beginning of the file, `path` is for the error. */
export function parseQcow2Header(bytes: Buffer, path: string): Qcow2Header {
  const version = bytes.length >= 72 && bytes.readUInt32BE(0) === MAGIC ? bytes.readUInt32BE(4) : 0;
  if (version !== 2 && version !== 3) {
    throw new OneError(CODE.ACTION, `${path} is not a qcow2 image, though its format was given as qcow2.`, {
      hint: 'Give the format it has: FORMAT="raw", or convert it with qemu-img convert -O qcow2.',
    });
  }
  const features = version === 3 && bytes.length >= 80 ? bytes.readBigUInt64BE(72) : 0n;
  return {
    virtualBytes: Number(bytes.readBigUInt64BE(24)),
    hasBackingFile: bytes.readBigUInt64BE(8) !== 0n,
    hasExternalData: (features & EXTERNAL_DATA) !== 0n,
  };
}

/** Throws when the image does not hold all its data itself. */
export function requireSelfContained(header: Qcow2Header, path: string): void {
  if (!header.hasBackingFile && !header.hasExternalData) return;
  const what = header.hasBackingFile ? 'a backing file' : 'an external data file';
  throw new OneError(CODE.ACTION, `${path} was refused: it refers to ${what}, and an image must hold all its data.`, {
    hint: `Make it whole first: qemu-img convert -O qcow2 ${path} whole.qcow2`,
  });
}
