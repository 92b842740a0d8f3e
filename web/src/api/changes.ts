// Which queries a change that the daemon tells of makes stale. Pure.

export interface Change {
  noun: string;
  ids: number[];
}

/** What is summed up from other nouns: asked for again when one of them changes. */
const SUMMED_FROM: Readonly<Record<string, readonly string[]>> = {
  system: ['vm', 'image', 'backupjob', 'datastore', 'run'],
  rights: ['vm', 'image', 'template', 'datastore', 'host', 'vnet', 'backupjob', 'user', 'group', 'acl'],
};

/** Whether a query of this key is of what is summed up, which costs more to ask for. */
export function isSummed(key: readonly unknown[]): boolean {
  return key[0] === 'system';
}

/** Whether a query of this key shows something that `change` touches. */
export function touches(change: Change, key: readonly unknown[]): boolean {
  const [noun, which] = key;
  if (typeof noun !== 'string') return false;
  if (SUMMED_FROM[noun]?.includes(change.noun)) {
    // rights are asked for by id; that of an object which did not change stands
    return noun !== 'rights' || change.noun !== which || touchesIds(change, key[2]);
  }
  if (noun !== change.noun) return false;
  return typeof which !== 'number' || change.ids.length === 0 || change.ids.includes(which);
}

function touchesIds(change: Change, ids: unknown): boolean {
  return !Array.isArray(ids) || change.ids.length === 0 || change.ids.some((id) => ids.includes(id));
}

/** What was told together, one change for each noun. A change without ids is one of any object. */
export function together(changes: readonly Change[]): Change[] {
  const byNoun = new Map<string, Set<number> | 'any'>();
  for (const { noun, ids } of changes) {
    const known = byNoun.get(noun) ?? new Set<number>();
    if (known === 'any' || ids.length === 0) byNoun.set(noun, 'any');
    else byNoun.set(noun, new Set([...known, ...ids]));
  }
  return [...byNoun].map(([noun, ids]) => ({ noun, ids: ids === 'any' ? [] : [...ids] }));
}
