// Which of the work that waits may begin, and what each of the rest waits for. Pure.

/** What a piece of work takes: a place, and things. One thing may be used by several at once, or be had alone. */
export interface Claim {
  key: string;
  /** Things that nobody else may use meanwhile, and things used beside others, as they are called in reasons: `image 7`. */
  alone?: readonly string[];
  beside?: readonly string[];
}

/** How many may be under way at once, 0 for any number, and how that is said. */
export interface Places {
  count: number;
  /** What the limit is called: MAX_RESTORES. */
  limit: string;
  /** One of them, and several, as in "restore runs" and "restores run". */
  one: string;
  many: string;
}

export interface Verdict {
  /** The first in order that nothing keeps back. */
  begins: Claim | undefined;
  /** For all others, by key. */
  waits: ReadonlyMap<string, string>;
}

export function mayBegin(waiting: readonly Claim[], running: readonly Claim[], places: Places): Verdict {
  const waits = new Map<string, string>();
  let begins: Claim | undefined;
  for (const claim of waiting) {
    const others = begins ? [...running, begins] : running;
    const reason = whyNot(claim, others, places);
    if (reason === undefined && !begins) begins = claim;
    else waits.set(claim.key, reason ?? 'its turn comes next');
  }
  return { begins, waits };
}

/** Why a piece of work may not begin beside those that run; undefined when it may. */
function whyNot(claim: Claim, running: readonly Claim[], { count, limit, one, many }: Places): string | undefined {
  if (count > 0 && running.length >= count) {
    return `${running.length} ${running.length === 1 ? one : many}, and ${limit} is ${count}`;
  }
  for (const other of running) {
    const thing = shared(claim, other);
    if (thing !== undefined) return `something else is done with ${thing}`;
  }
  return undefined;
}

/** A thing that one of the two needs alone and the other needs as well. */
function shared(one: Claim, other: Claim): string | undefined {
  const uses = ({ alone = [], beside = [] }: Claim): readonly string[] => [...alone, ...beside];
  return (
    one.alone?.find((thing) => uses(other).includes(thing)) ?? other.alone?.find((thing) => uses(one).includes(thing))
  );
}
