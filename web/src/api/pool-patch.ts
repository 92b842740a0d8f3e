// A large pool is not asked for again because a few of its objects changed: only those are, and put in their places. Pure.

interface Identified {
  ID: number;
}

/** Ids from..to, both included, as methods of pools take them. */
export interface Span {
  from: number;
  to: number;
}

/** Ids further apart than this are asked for separately: what lies between comes along. */
const GAP = 50;
/** More questions than these cost more than the pool. */
const MOST_SPANS = 6;

/** What to ask for so that all of these come; undefined when the whole pool is cheaper. */
export function spansOf(ids: readonly number[], poolSize: number): Span[] | undefined {
  const spans: Span[] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && id - last.to <= GAP) last.to = id;
    else spans.push({ from: id, to: id });
  }
  const asked = spans.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return spans.length === 0 || spans.length > MOST_SPANS || asked * 2 > poolSize ? undefined : spans;
}

/** The pool with what is within the span as `fresh` has it: changed, gone, or new. The others stay the objects they were. */
export function patched<T extends Identified>(pool: readonly T[], { from, to }: Span, fresh: readonly T[]): T[] {
  const byId = new Map(fresh.map((each) => [each.ID, each]));
  const kept = pool.flatMap((each) => {
    if (each.ID < from || each.ID > to) return [each];
    const now = byId.get(each.ID);
    byId.delete(each.ID);
    return now ? [now] : [];
  });
  return [...kept, ...byId.values()];
}

type PoolDocument = Record<string, Record<string, Identified[]>>;

/** The one list in a pool's document, and how to make the document with another; undefined for a document that is no such pool. */
export function listIn(
  document: unknown,
): { list: Identified[]; with: (list: Identified[]) => PoolDocument } | undefined {
  if (!isObject(document)) return undefined;
  const [root, ...others] = Object.keys(document);
  const inner = root === undefined ? undefined : document[root];
  if (root === undefined || others.length > 0 || !isObject(inner)) return undefined;
  const [element, ...more] = Object.keys(inner);
  const list = element === undefined ? undefined : inner[element];
  if (element === undefined || more.length > 0 || !Array.isArray(list)) return undefined;
  return { list: list as Identified[], with: (changed) => ({ [root]: { [element]: changed } }) };
}

/** Whether a pool's query asks for all that the user may see: only such a list can be patched. */
export function isWhole(params: unknown): params is { filter: number; from: number; to: number } {
  return isObject(params) && params['filter'] === -2 && params['from'] === -1 && params['to'] === -1;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
