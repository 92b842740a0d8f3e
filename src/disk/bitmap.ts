// A plain bitmap of up to 2^30 bits, with the few questions that maps of clusters ask. A bit costs a bit.

export class Bitmap {
  readonly length: number;
  /** Bit i is bit i % 32 of word i / 32; bits behind `length` are 0. */
  readonly words: Uint32Array;

  constructor(length: number) {
    this.length = length;
    this.words = new Uint32Array(Math.ceil(length / 32));
  }

  has(index: number): boolean {
    return (((this.words[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
  }

  /** Sets [from, to). */
  set(from: number, to: number): void {
    if (from >= to) return;
    const first = from >>> 5;
    const last = (to - 1) >>> 5;
    if (first === last) {
      this.#or(first, headMask(from) & tailMask(to));
      return;
    }
    this.#or(first, headMask(from));
    this.words.fill(0xffffffff, first + 1, last);
    this.#or(last, tailMask(to));
  }

  /** Clears every bit that `other` has. */
  subtract(other: Bitmap): void {
    for (let word = 0; word < this.words.length; word++) {
      this.words[word] = (this.words[word] ?? 0) & ~(other.words[word] ?? 0);
    }
  }

  /** Sets every bit that `other` has. */
  add(other: Bitmap): void {
    for (let word = 0; word < this.words.length; word++) {
      this.words[word] = (this.words[word] ?? 0) | (other.words[word] ?? 0);
    }
  }

  copy(): Bitmap {
    const copy = new Bitmap(this.length);
    copy.words.set(this.words);
    return copy;
  }

  /** The first set bit in [from, end), or `end`. */
  nextSet(from: number, end: number = this.length): number {
    return this.#next(from, end, 0);
  }

  /** The first clear bit in [from, end), or `end`. */
  nextClear(from: number, end: number = this.length): number {
    return this.#next(from, end, 0xffffffff);
  }

  /** How many bits are set in the words [firstWord, endWord). */
  count(firstWord = 0, endWord: number = this.words.length): number {
    let sum = 0;
    for (let word = firstWord; word < endWord; word++) sum += popcount(this.words[word] ?? 0);
    return sum;
  }

  /** The first bit in [from, end) that differs from `flip`'s bits. */
  #next(from: number, end: number, flip: number): number {
    if (from >= end) return end;
    let word = from >>> 5;
    const lastWord = (end - 1) >>> 5;
    let bits = ((this.words[word] ?? 0) ^ flip) & headMask(from);
    while (bits === 0 && word < lastWord) bits = (this.words[++word] ?? 0) ^ flip;
    if (bits === 0) return end;
    return Math.min(end, word * 32 + lowestBit(bits));
  }

  /** The first bit in [from, end) that is set here or in `other`, which is as long; or `end`. Looks no further than that bit. */
  nextSetInEither(other: Bitmap, from: number, end: number = this.length): number {
    if (from >= end) return end;
    let word = from >>> 5;
    const lastWord = (end - 1) >>> 5;
    let bits = ((this.words[word] ?? 0) | (other.words[word] ?? 0)) & headMask(from);
    while (bits === 0 && word < lastWord) {
      word += 1;
      bits = (this.words[word] ?? 0) | (other.words[word] ?? 0);
    }
    return bits === 0 ? end : Math.min(end, word * 32 + lowestBit(bits));
  }

  #or(word: number, mask: number): void {
    this.words[word] = (this.words[word] ?? 0) | mask;
  }
}

/** How many bits of a 32-bit word are set. */
export function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Position of the lowest set bit of a word that is not 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Bits of a word from `from` up. */
function headMask(from: number): number {
  return -1 << (from & 31);
}

/** Bits of a word below `to`; all 32 when `to` starts the next word. */
function tailMask(to: number): number {
  return -1 >>> (-to & 31);
}
