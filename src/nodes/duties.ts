// What a control node alone may work on: each host, each datastore, and `main` for all that belongs to neither. At every moment a duty is
// some node's or nobody's, never of two; what is not this node's is left alone.
import { randomBytes } from 'node:crypto';
import type { Duty, NodeInfo } from './duty.ts';

export interface DutyChange {
  gained: Duty[];
  lost: Duty[];
}

/** What a node says of itself; its URL is known once it listens. */
export type AboutNode = Pick<NodeInfo, 'name' | 'url' | 'version'>;

export interface Duties {
  /** Random, and another one after each start. */
  readonly nodeId: string;
  /** From memory, and false as soon as the lease may be over. */
  owns(duty: Duty): boolean;
  /** Who does it now; undefined while nobody does. */
  ownerOf(duty: Duty): Promise<(NodeInfo & { mine: boolean }) | undefined>;
  /** Those that are up. */
  nodes(): Promise<NodeInfo[]>;
  /** Tells what this node gains, and what it has given back; the answer ends that. */
  onChange(listener: (change: DutyChange) => void): () => void;
  /** Aborts when this node is no part of the installation any more and may touch nothing. */
  readonly lost: AbortSignal;
}

/** Of a lease that does not end. */
const NO_END = Number.MAX_SAFE_INTEGER;

/** Of the one node of its database: everything is its own, and no lease ends. */
export class SoleDuties implements Duties {
  readonly nodeId = randomBytes(8).toString('hex');
  readonly lost = new AbortController().signal;
  readonly #about: () => AboutNode;

  constructor(about: () => AboutNode) {
    this.#about = about;
  }

  owns(): boolean {
    return true;
  }

  async ownerOf(): Promise<NodeInfo & { mine: boolean }> {
    return { ...this.#info(), mine: true };
  }

  async nodes(): Promise<NodeInfo[]> {
    return [this.#info()];
  }

  /** Nothing changes hands. */
  onChange(): () => void {
    return () => undefined;
  }

  #info(): NodeInfo {
    return { id: this.nodeId, ...this.#about(), leaseUntilMs: NO_END };
  }
}
