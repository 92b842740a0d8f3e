// Reads the files of a tar archive as they come, each whole; they are small. Beside them only what a long name or a large size needs is
// understood.
import { ForwardReader } from './forward-reader.ts';

const BLOCK = 512;
/** Of what describes a file. */
const MOST_NOTE_BYTES = 1 << 20;

export interface TarFile {
  name: string;
  /** Valid until the next file is asked for. */
  bytes: Buffer;
}

interface Header {
  name: string;
  size: number;
  type: string;
}

/** Throws OneError on what is no archive, ends early, or holds a file of more than `mostBytes`. Lets go of the stream in any case. */
export async function* tarFiles(
  stream: AsyncIterable<Uint8Array>,
  called: string,
  mostBytes: number,
): AsyncGenerator<TarFile, void, undefined> {
  const reader = new ForwardReader(stream, called);
  const buffer = Buffer.allocUnsafe(mostBytes);
  const block = Buffer.alloc(BLOCK);
  let noted = new Map<string, string>();
  try {
    for (;;) {
      await reader.fill(block);
      if (block.every((byte) => byte === 0)) break;
      const header = readHeader(block, noted, reader);
      if (header.type === 'x') {
        noted = await readNotes(reader, header.size);
        continue;
      }
      noted = new Map();
      const most = header.type === '0' ? mostBytes : 0;
      if (header.size > most) throw reader.error(`${header.name} has ${header.size} bytes, where ${most} are the most`);
      const bytes = buffer.subarray(0, header.size);
      await reader.fill(bytes);
      await reader.skipTo(padded(reader.position));
      if (header.type === '0') yield { name: header.name, bytes };
    }
    while (!(await reader.ended())) await reader.some(BLOCK); // to the end, which is where a store says whether it went well
  } finally {
    await reader.close();
  }
}

function readHeader(block: Buffer, noted: ReadonlyMap<string, string>, reader: ForwardReader): Header {
  const textAt = (from: number, length: number): string =>
    block.toString('utf8', from, from + length).replace(/\0[^]*$/, '');
  const prefix = textAt(345, 155);
  const name = noted.get('path') ?? (prefix === '' ? textAt(0, 100) : `${prefix}/${textAt(0, 100)}`);
  const size = noted.has('size') ? Number(noted.get('size')) : parseInt(textAt(124, 12).trim() || '0', 8);
  const right = textAt(257, 5) === 'ustar' && checksum(block) === parseInt(textAt(148, 8), 8);
  if (!right || !Number.isSafeInteger(size) || size < 0)
    throw reader.error(`it is no archive at byte ${reader.position}`);
  const type = textAt(156, 1);
  return { name, size, type: type === '' ? '0' : type };
}

/** The sum of the header's bytes, those of the sum itself as spaces. */
function checksum(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
  return sum;
}

/** Records of the form `<length> <name>=<value>\n`. */
async function readNotes(reader: ForwardReader, size: number): Promise<Map<string, string>> {
  if (size > MOST_NOTE_BYTES) throw reader.error(`what it says of a file has ${size} bytes`);
  const bytes = Buffer.alloc(size);
  await reader.fill(bytes);
  await reader.skipTo(padded(reader.position));
  const notes = new Map<string, string>();
  for (let at = 0; at < size;) {
    const length = parseInt(bytes.toString('latin1', at, at + 10), 10);
    const record = bytes.toString('utf8', at, at + length);
    const [, name, value] = /^\d+ ([^=]+)=([^]*)\n$/.exec(record) ?? [];
    if (name === undefined || value === undefined) throw reader.error('what it says of a file has no form');
    notes.set(name, value);
    at += length;
  }
  return notes;
}

function padded(position: number): number {
  return Math.ceil(position / BLOCK) * BLOCK;
}
