// Small files out of a backup store, whole in memory: one that has no end is an error, not all the memory there is.
import { CODE, OneError } from '../model/errors.ts';

/** Throws OneError when there is more; `name` stands in it. */
export async function readAtMost(stream: AsyncIterable<unknown>, most: number, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // leaving the loop ends the stream
    if (bytes > most)
      throw new OneError(CODE.INTERNAL, `${name} has more than ${most} bytes, as none that was stored.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
