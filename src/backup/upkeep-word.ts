// What nodes tell each other about datastores that one of them cares for, as words short enough for a notice. Pure.

export interface UpkeepWord {
  /** An image is to be looked after. */
  tend?: number;
  /** Space of a datastore can be given back. */
  freed?: number;
  /** A run needs a datastore. */
  way?: number;
  /** An image has got a point, in the run of a job, -1 for none. */
  stored?: number;
  pointId?: number;
  jobId?: number;
}

const PREFIX = 'upkeep ';

export function wordOf(word: UpkeepWord): string {
  return `${PREFIX}${JSON.stringify(word)}`;
}

/** Empty for a word that is of something else, or of a version that says more. */
export function readWord(word: string): UpkeepWord {
  if (!word.startsWith(PREFIX)) return {};
  const said: unknown = JSON.parse(word.slice(PREFIX.length));
  if (typeof said !== 'object' || said === null) return {};
  return Object.fromEntries(Object.entries(said).filter(([, value]) => Number.isSafeInteger(value)));
}
