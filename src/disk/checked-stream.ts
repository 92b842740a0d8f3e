// A stored disk as a stream that fails at its end unless it was exactly what was stored: whoever reads it to the end knows.
import { createHash } from 'node:crypto';
import { CODE, OneError } from '../model/errors.ts';
import type { StoredDisk } from '../model/image.ts';

export type Recorded = Pick<StoredDisk, 'fileBytes' | 'sha256'>;

/** `name` stands in errors; `passed` is told of every chunk. Throws OneError when length or hash are not the recorded ones. */
export async function* checkedStream(
  stream: AsyncIterable<Uint8Array>,
  recorded: Recorded,
  name: string,
  passed: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
    passed(chunk.length);
    yield chunk;
  }
  refuseDifferent(name, recorded, { fileBytes: bytes, sha256: hash.digest('hex') });
}

/** Throws OneError unless what was read is what was recorded. A hash that was not recorded is not compared. */
export function refuseDifferent(name: string, recorded: Recorded, read: Recorded): void {
  if (read.fileBytes !== recorded.fileBytes) {
    throw new OneError(CODE.INTERNAL, `${name} has ${read.fileBytes} bytes, but ${recorded.fileBytes} were backed up.`);
  }
  if (recorded.sha256 !== '' && read.sha256 !== recorded.sha256) {
    throw new OneError(
      CODE.INTERNAL,
      `${name} is not what was backed up: its SHA-256 is ${read.sha256}, not ${recorded.sha256}.`,
    );
  }
}
