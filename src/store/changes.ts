// What changed in the store, for whoever shows it: told when it is kept, never before.
import type { ScheduledAction } from '../model/scheduled-action.ts';

/** Nouns as the interface calls them. */
const NOUN = {
  vms: 'vm',
  images: 'image',
  templates: 'template',
  datastores: 'datastore',
  hosts: 'host',
  users: 'user',
  groups: 'group',
  clusters: 'cluster',
  vnets: 'vnet',
  backupJobs: 'backupjob',
  rules: 'acl',
} as const;

export type PoolOfStore = keyof typeof NOUN | 'actions';
export type ChangedNoun = (typeof NOUN)[keyof typeof NOUN];

/** An object was made, changed or removed. */
export interface StoreChange {
  noun: ChangedNoun;
  id: number;
}

/** A scheduled action is shown with what it is for. */
export function changeOf(pool: PoolOfStore, object: { id: number }): StoreChange {
  if (pool !== 'actions') return { noun: NOUN[pool], id: object.id };
  const { parent } = object as ScheduledAction;
  return { noun: parent.type === 'VM' ? 'vm' : 'backupjob', id: parent.id };
}

/** An id that says: any object of the noun may have changed. Told where changes may have been missed. */
export const ANY_ID = -1;
/** A topic that says: any of them may have been told. */
export const ANY_TOPIC = '*';

/** What is told together. */
export interface Told {
  changes: readonly StoreChange[];
  topics: readonly string[];
}

/** Where something may have been missed. */
export const ANYTHING: Told = {
  changes: Object.values(NOUN).map((noun) => ({ noun, id: ANY_ID })),
  topics: [ANY_TOPIC],
};

type Listener = (changes: readonly StoreChange[]) => void;
type WakeListener = (topic: string) => void;

export class ChangeFeed {
  readonly #listeners = new Set<Listener>();
  readonly #wakers = new Set<WakeListener>();

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  listenToWakes(listener: WakeListener): () => void {
    this.#wakers.add(listener);
    return () => this.#wakers.delete(listener);
  }

  tell({ changes, topics }: Told): void {
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
    for (const topic of topics) for (const waker of this.#wakers) waker(topic);
  }
}
