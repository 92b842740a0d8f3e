// A sequential qcow2 as a stream, made of its layout and the disk's data in guest order.
import { CODE, OneError } from '../model/errors.ts';
import type { Qcow2Layout } from './qcow2-layout.ts';
import type { DataPiece } from './qcow2-read.ts';

const METADATA_BYTES = 256 * 1024;

/** `pieces` are exactly the layout's data clusters, cut at the end of the disk. Throws OneError when they are not as long. */
export async function* qcow2Stream(
  layout: Qcow2Layout,
  pieces: AsyncIterable<DataPiece>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for (; bytes < layout.metadataBytes; bytes += METADATA_BYTES) {
    const part = Buffer.allocUnsafe(Math.min(METADATA_BYTES, layout.metadataBytes - bytes));
    layout.metadata(bytes, part);
    yield part;
  }
  bytes = layout.metadataBytes;
  for await (const { data } of pieces) {
    bytes += data.length;
    yield data;
  }
  const padding = layout.fileBytes - bytes;
  const [last] = layout.pieces(bytes, padding);
  if (padding < 0 || (padding > 0 && last?.kind !== 'padding')) {
    throw new OneError(CODE.INTERNAL, `A qcow2 of ${layout.fileBytes} bytes cannot be made of ${bytes}.`);
  }
  if (padding > 0) yield Buffer.alloc(padding);
}
