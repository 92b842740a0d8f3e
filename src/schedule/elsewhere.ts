// Backups that other control nodes have under way. Each node counts its own in memory; what it knows of those of others may be old, so the
// transaction that begins a backup, which is alone in the database, counts them all again: no limit is passed by two nodes at once.
import { NotYet } from '../backup/not-yet.ts';
import type { Store, TakenPlaces } from '../store/store.ts';
import type { Rules } from './places.ts';
import { nothingTaken, occupy, whatIsFull, type Where } from './room.ts';

export interface Elsewhere {
  /** Those on hosts of other nodes, as far as this node knows. */
  taken(): Promise<TakenPlaces[]>;
  /** In the transaction that begins a backup and has recorded it already. Throws NotYet when another node has taken the place. */
  requireRoom(tx: Store, where: Where, rules: Rules): Promise<void>;
}

/** Of the one node of its database: it counts everything in memory. */
export const NOWHERE_ELSE: Elsewhere = {
  taken: () => Promise.resolve([]),
  requireRoom: () => Promise.resolve(),
};

export interface Neighbours {
  /** Whether this node does all work of a host. */
  ownsHost(hostId: number): boolean;
  /** Whether there may be other nodes. */
  any(): boolean;
}

/** Counts what all nodes have recorded. */
export function countedElsewhere(store: Pick<Store, 'operations'>, neighbours: Neighbours): Elsewhere {
  return {
    taken: async () => {
      if (!neighbours.any()) return [];
      return (await store.operations.taken()).filter(({ hostId }) => !neighbours.ownsHost(hostId));
    },
    requireRoom: async (tx, where, rules) => {
      if (!neighbours.any()) return;
      const taken = nothingTaken();
      for (const { count, ...one } of await tx.operations.taken()) occupy(taken, one, rules, count);
      occupy(taken, where, rules, -1); // it is among them
      const full = whatIsFull(where, taken, rules);
      if (full !== undefined) throw new NotYet(full);
    },
  };
}
