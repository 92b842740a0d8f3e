// Compares a file with what somebody says that it hashes to.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CODE, OneError } from '../../model/errors.ts';
import type { Digest } from '../../model/image-origin.ts';

const READ_BYTES = 1 << 20;

/** Throws OneError that names the first that differs; `from` is where the content came from. */
export async function requireDigests(path: string, digests: readonly Digest[], from: string): Promise<void> {
  if (digests.length === 0) return;
  const hashes = digests.map(({ name }) => createHash(name));
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    for (const hash of hashes) hash.update(chunk as Buffer);
  }
  for (const [index, { name, hex }] of digests.entries()) {
    const found = hashes[index]?.digest('hex');
    if (found === hex) continue;
    throw new OneError(CODE.ACTION, `Could not import ${from}: its ${name} is ${found}, and the image says ${hex}.`, {
      hint: 'It was damaged on its way, or is another file; take its checksum from who made it.',
    });
  }
}
