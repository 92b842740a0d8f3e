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

type Listener = (changes: readonly StoreChange[]) => void;

export class ChangeFeed {
  readonly #listeners = new Set<Listener>();

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(changes: readonly StoreChange[]): void {
    if (changes.length === 0) return;
    for (const listener of this.#listeners) listener(changes);
  }
}
