// Stretches of a disk and what stands there. Pure.

/**
 * `data`: bytes that must be kept. `zero`: reads as zeroes and says so, hiding what an older layer holds.
 * `absent`: nothing is said; an older layer shows through, or zeroes when there is none.
 */
export type ExtentKind = 'data' | 'zero' | 'absent';

export interface Range {
  /** Bytes from the start of the disk. */
  offset: number;
  length: number;
}

export interface Extent extends Range {
  kind: ExtentKind;
}

/** Joins neighbours of the same kind and drops empty extents. The extents must be in order and must not overlap. */
export function* mergeExtents(extents: Iterable<Extent>): Generator<Extent> {
  let open: Extent | undefined;
  for (const extent of extents) {
    if (extent.length === 0) continue;
    if (open && open.kind === extent.kind && open.offset + open.length === extent.offset) {
      open.length += extent.length;
      continue;
    }
    if (open) yield open;
    open = { ...extent };
  }
  if (open) yield open;
}

/** The parts of `extents` that lie in `ranges`; both in order and without overlaps, and both only looked at as they come. */
export async function* clipExtents(
  extents: Iterable<Extent> | AsyncIterable<Extent>,
  ranges: Iterable<Range> | AsyncIterable<Range>,
): AsyncGenerator<Extent, void, undefined> {
  const wanted = oneByOne(ranges);
  let range = await wanted.next();
  for await (const { offset, length, kind } of extents) {
    const end = offset + length;
    while (!range.done) {
      const rangeEnd = range.value.offset + range.value.length;
      const from = Math.max(offset, range.value.offset);
      const to = Math.min(end, rangeEnd);
      if (from < to) yield { offset: from, length: to - from, kind };
      if (rangeEnd > end) break;
      range = await wanted.next();
    }
    if (range.done) return;
  }
}

async function* oneByOne(ranges: Iterable<Range> | AsyncIterable<Range>): AsyncGenerator<Range, void, undefined> {
  yield* ranges;
}
