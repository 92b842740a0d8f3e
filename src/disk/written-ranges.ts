// Which parts of a file have been written when its bytes come in any order. Pure.

export class WrittenRanges {
  /** Everything before it has been written. */
  prefix = 0;
  /** What was written behind the prefix: ranges with gaps between them, few because writers go forward. */
  #behind: Array<[start: number, end: number]> = [];

  /** Returns false when some of it had been written before. */
  add(start: number, end: number): boolean {
    const fresh = start >= this.prefix && !this.#behind.some(([from, to]) => start < to && from < end);
    let joined: [number, number] = [start, end];
    const apart: Array<[number, number]> = [];
    for (const range of this.#behind) {
      if (range[1] < joined[0] || range[0] > joined[1]) apart.push(range);
      else joined = [Math.min(range[0], joined[0]), Math.max(range[1], joined[1])];
    }
    if (joined[0] > this.prefix) apart.push(joined);
    else this.prefix = Math.max(this.prefix, joined[1]);
    this.#behind = apart;
    return fresh;
  }
}
