// Makes hostile input out of good input: a few changes of the kinds that parsers stumble over. Pure.
import type { Random } from '../soak/random.ts';

/** Larger ones say nothing that smaller ones do not, and take longer. */
const MOST_BYTES = 256 * 1024;
const NUMBERS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const TEXTS = [
  ...[
    '<',
    '>',
    '&',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '=',
    '\\',
    '\0',
    '\n',
    '/',
    '../',
    '%00',
    '&#0;',
    '&x;',
    ']]>',
    '<![CDATA[',
  ],
  ...[
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    '1e999',
    '-1',
    '9'.repeat(400),
    '"__proto__"',
    '\ud800',
    '\ufeff',
    '${x}',
  ],
].map((text) => Buffer.from(text));

type Change = (random: Random, bytes: Buffer, corpus: readonly Buffer[]) => Buffer;

const CHANGES: readonly Change[] = [
  (random, bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[random.whole(0, changed.length)]! ^= 1 << random.whole(0, 8);
    return changed;
  },
  (random, bytes) => {
    const changed = Buffer.from(bytes);
    const number = random.pick(NUMBERS);
    const size = number > 0xffff ? 4 : number > 0xff ? 2 : random.pick([1, 2, 4]);
    if (changed.length >= size) changed.writeUIntBE(number, random.whole(0, changed.length - size + 1), size);
    return changed;
  },
  (random, bytes) => {
    const { from, to } = range(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (random, bytes) => {
    const { from, to } = range(random, bytes.length);
    const times = random.pick([1, 2, 8, 300]);
    return Buffer.concat([
      bytes.subarray(0, to),
      ...Array<Buffer>(times).fill(bytes.subarray(from, to)),
      bytes.subarray(to),
    ]);
  },
  (random, bytes) => insert(bytes, random.whole(0, bytes.length + 1), random.pick(TEXTS)),
  (random, bytes) =>
    insert(bytes, random.whole(0, bytes.length + 1), Buffer.from(random.wholes(random.whole(1, 32), 0, 256))),
  (random, bytes) => bytes.subarray(0, random.whole(0, bytes.length + 1)),
  (random, bytes, corpus) => {
    const other = random.pick(corpus);
    const { from, to } = range(random, other.length);
    return insert(bytes, random.whole(0, bytes.length + 1), other.subarray(from, to));
  },
];

/** One input: a good one with one to six changes. */
export function mutated(random: Random, corpus: readonly Buffer[]): Buffer {
  let bytes = random.pick(corpus);
  for (let left = random.whole(1, 7); left > 0; left--) {
    bytes = random.pick(CHANGES)(random, bytes, corpus).subarray(0, MOST_BYTES);
  }
  return bytes;
}

function range(random: Random, length: number): { from: number; to: number } {
  const from = random.whole(0, length + 1);
  const most = random.pick([4, 64, length]);
  return { from, to: Math.min(length, from + random.whole(0, most + 1)) };
}

function insert(bytes: Buffer, at: number, what: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}
