// The audit log: who asked for which change, and what became of it. Each record holds the hash of the one before, so that what was changed, left
// out or put in another order later shows. Pure.
import { createHash } from 'node:crypto';

/** What is told of one call. Never a secret: of parameters only numbers, switches and the names of attributes. */
export interface AuditEvent {
  /** Epoch milliseconds. */
  at: number;
  /** -1 when nobody is known. */
  uid: number;
  /** As it was given, when nobody is known. */
  user: string;
  method: string;
  /** Numbers and switches by the names of the parameters, `id` the object that it was on. */
  on: Record<string, number | boolean | string | readonly number[]>;
  /** Names of the attributes that were given. */
  attributes: readonly string[];
  /** Code of the error, 0 when it went well. */
  code: number;
  /** Id of what was made, or what else the method answered as a number; -1 for none. */
  result: number;
  /** Address that it came from; '' when OneVault did it by itself. */
  from: string;
  /** Through what the user was known: `password`, `token 12ab34cd56ef`, `session 12ab34cd56ef`, `schedule`. */
  by: string;
  /** Control node that was asked. */
  node: string;
}

export interface AuditRecord {
  seq: number;
  event: AuditEvent;
  /** Hash of the record before, FIRST for the first of all. */
  previous: string;
  hash: string;
}

/** Where the log stands: the last record, and what the oldest that is kept follows. */
export interface AuditHead {
  seq: number;
  hash: string;
  /** Last record that retention has dropped, 0 for none. */
  droppedSeq: number;
  droppedHash: string;
}

export const FIRST = '0'.repeat(64);
export const NO_RECORDS: AuditHead = { seq: 0, hash: FIRST, droppedSeq: 0, droppedHash: FIRST };
/** Method of the record that says what retention has dropped, up to the record `on.id`. */
export const CHECKPOINT = 'audit.checkpoint';

export function auditHash(seq: number, previous: string, event: string): string {
  return createHash('sha256').update(`${seq}\n${previous}\n${event}`).digest('hex');
}

/** A record as it is kept: its event is the text that was hashed. */
export interface KeptRecord {
  seq: number;
  event: string;
  previous: string;
  hash: string;
}

/** Looks at records in their order, as they come; says the first thing that is not right. */
export class AuditChain {
  readonly #head: AuditHead;
  #seq: number;
  #hash: string;
  #told: boolean;
  #broken: string | undefined;

  constructor(head: AuditHead) {
    this.#head = head;
    this.#seq = head.droppedSeq;
    this.#hash = head.droppedHash;
    this.#told = head.droppedSeq === 0;
  }

  add({ seq, event, previous, hash }: KeptRecord): void {
    if (this.#broken !== undefined) return;
    if (seq !== this.#seq + 1) return this.#break(`record ${this.#seq + 1} is missing: ${seq} comes next`);
    if (previous !== this.#hash) return this.#break(`record ${seq} does not follow the record before it`);
    if (auditHash(seq, previous, event) !== hash) return this.#break(`record ${seq} was changed`);
    this.#seq = seq;
    this.#hash = hash;
    this.#told ||= this.#tellsOfDropped(event);
  }

  /** What is broken, undefined when nothing is. */
  end(): string | undefined {
    if (this.#broken !== undefined) return this.#broken;
    const { seq, hash, droppedSeq } = this.#head;
    if (this.#seq !== seq) return `the log ends with record ${this.#seq}, and had ${seq}`;
    if (this.#hash !== hash) return `record ${seq} is not the one that was written last`;
    return this.#told ? undefined : `no record says that those up to ${droppedSeq} were dropped`;
  }

  #break(why: string): void {
    this.#broken = why;
  }

  #tellsOfDropped(event: string): boolean {
    const { method, on, by } = JSON.parse(event) as AuditEvent;
    return method === CHECKPOINT && on['id'] === this.#head.droppedSeq && by === this.#head.droppedHash;
  }
}
