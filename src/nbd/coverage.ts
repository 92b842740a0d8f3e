// Which parts of a range have been filled, when chunks may come in any order. Overlaps are told, so that a server
// cannot fill one part twice and leave another with old bytes.

/** More separate parts than this are refused: no honest server splits an answer so. */
const MAX_PARTS = 1024;

export class Coverage {
  /** Sorted, disjoint, never touching: start, end, start, end ... */
  readonly #edges: number[] = [];

  /** Adds [start, end). False when a part of it was there before, or when there are too many separate parts. */
  add(start: number, end: number): boolean {
    const edges = this.#edges;
    const last = edges.length - 1;
    if (last < 0 || start > (edges[last] ?? 0)) return edges.push(start, end) <= 2 * MAX_PARTS;
    if (start === edges[last]) {
      edges[last] = end;
      return true;
    }
    return this.#insert(start, end);
  }

  /** Whether [start, end) is one filled part. */
  isWhole(start: number, end: number): boolean {
    return this.#edges.length === 2 && this.#edges[0] === start && this.#edges[1] === end;
  }

  #insert(start: number, end: number): boolean {
    const edges = this.#edges;
    let at = 0;
    while ((edges[at + 1] ?? Infinity) < start) at += 2;
    // `at` is now the first part that ends at `start` or later.
    const joinsLeft = edges[at + 1] === start;
    const next = joinsLeft ? at + 2 : at;
    const nextStart = edges[next] ?? Infinity;
    if (nextStart < end) return false;
    const joinsRight = nextStart === end;
    const left = joinsLeft ? (edges[at] ?? start) : start;
    const right = joinsRight ? (edges[next + 1] ?? end) : end;
    const removed = (joinsLeft ? 2 : 0) + (joinsRight ? 2 : 0);
    edges.splice(at, removed, left, right);
    return edges.length <= 2 * MAX_PARTS;
  }
}
