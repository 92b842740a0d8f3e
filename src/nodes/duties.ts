// What a control node alone may work on: each host, each datastore, and `main` for all that belongs to neither. At every moment a duty is
// some node's or nobody's, never of two; what is not this node's is left alone.
import type { Duty, NodeInfo } from './duty.ts';

export interface DutyChange {
  gained: Duty[];
  lost: Duty[];
}

/** What is done for duties, so that they can be gained and given back. */
export interface DutyWork {
  /** Goes on with what dead nodes have left of them; awaited before they count as owned. */
  takeUp(gained: readonly Duty[]): Promise<void>;
  /** Whether something of a duty is under way, so that it cannot be given back now. */
  isBusy(duty: Duty): boolean;
}

export interface NodeStanding extends NodeInfo {
  duties: string[];
  /** Until its lease ends unless it is renewed; undefined when it needs none. */
  leaseLeftMs: number | undefined;
}

/** What a node says of itself; its URL is known once it listens. */
export type AboutNode = Pick<NodeInfo, 'name' | 'url' | 'version' | 'pin'>;

export interface Duties {
  /** Random, and another one after each start. */
  readonly nodeId: string;
  /** Name for hosts that this node alone reaches; undefined when there are no others. */
  readonly localName: string | undefined;
  /** Whether there may be other nodes. */
  readonly isShared: boolean;
  /** From memory, and false as soon as the lease may be over. */
  owns(duty: Duty): boolean;
  /** Who does it now; undefined while nobody does. `mine` may be true a moment before `owns` is. */
  ownerOf(duty: Duty): Promise<(NodeInfo & { mine: boolean }) | undefined>;
  /** Those that are up. */
  nodes(): Promise<NodeInfo[]>;
  /** The same, with what each has. */
  standing(): Promise<NodeStanding[]>;
  /** Tells what this node has gained, and what it has given back; the answer ends that. */
  onChange(listener: (change: DutyChange) => void): () => void;
  /** Aborts when this node is no part of the installation any more and may touch nothing. */
  readonly lost: AbortSignal;
  /** Begins to take duties; settles when the first ones are taken up. */
  begin(work: DutyWork): Promise<void>;
  /** Gives everything back, as the daemon stops and nothing is under way any more. */
  end(): Promise<void>;
  /** Says a word of at most 200 characters to the other nodes, which may miss it. */
  tell(word: string): void;
  /** Hears what nodes say, this one too; ANY_WORD where some may have been missed. */
  onTold(listener: (word: string) => void): () => void;
}

/** Any of them may have been said. */
export const ANY_WORD = '*';
/** Something may have become another node's. */
export const LOOK = 'look';
