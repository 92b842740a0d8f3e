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
  /** Code of the error, 0 when it went well, NOT_ENDED in a record that was written before. */
  code: number;
  /** Id of what was made, or what else the method answered as a number; -1 for none. */
  result: number;
  /** Address that it came from; '' when OneVault did it by itself. */
  from: string;
  /** Through what the user was known: `password`, `token 12ab34cd56ef`, `session 12ab34cd56ef`, `schedule 7`. */
  by: string;
  /** Control node that was asked. */
  node: string;
  /** The object that it was on, or that it made: `vm:3`. */
  object?: string;
  /** Number of the record that was written before the call; this one says how it ended. */
  ends?: number;
}

export interface AuditRecord {
  seq: number;
  event: AuditEvent;
  /** Hash of the record before, FIRST for the first of all. */
  previous: string;
  hash: string;
}

/** A call: its record, and the one that says how it ended where that is another one. */
export interface AuditEntry extends AuditRecord {
  end?: { seq: number; at: number; code: number; result: number; object?: string };
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
/** Code of a record that was written before its call was carried out. */
export const NOT_ENDED = -1;

/** A number and a hash of 64 digits stand before the event, so no two records have the same text. */
export function auditHash(seq: number, previous: string, event: string): string {
  return createHash('sha256').update(`${seq}\n${previous}\n${event}`).digest('hex');
}

/** By what records are found; each repeats what the event says. */
export interface AuditColumns {
  at: number;
  uid: number;
  method: string;
  object: string;
  ends: number;
}

/** A record as it is kept: its event is the text that was hashed. */
export interface KeptRecord extends AuditColumns {
  seq: number;
  event: string;
  previous: string;
  hash: string;
}

export function columnsOf({ at, uid, method, object = '', ends = 0 }: AuditEvent): AuditColumns {
  return { at, uid, method, object, ends };
}

/** A record whose hash was kept elsewhere: in the daemon's log, or in a file beside the database. */
export interface Anchor {
  seq: number;
  hash: string;
}

/** How a call ended: its own code, or that of the record that says so. */
export function outcomeOf({ event, end }: AuditEntry): { code: number; result: number } {
  const { code, result } = end ?? event;
  return { code, result };
}

/** Which calls. */
export interface AuditFilter {
  uid?: number;
  method?: string;
  /** `vm:3`: what was on it, and what has made it. */
  object?: string;
  sinceMs?: number;
  untilMs?: number;
  /** Only those with a lower number, for the next page. */
  before?: number;
  limit: number;
}

/** Looks at records in their order, as they come; says the first thing that is not right. */
export class AuditChain {
  readonly #head: AuditHead;
  readonly #anchors: Map<number, string>;
  #seq: number;
  #hash: string;
  #told: boolean;
  #broken: string | undefined;

  /** `anchors` are held against the records; those of records that were dropped say nothing. */
  constructor(head: AuditHead, anchors: readonly Anchor[] = []) {
    this.#head = head;
    this.#anchors = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
    this.#seq = head.droppedSeq;
    this.#hash = head.droppedHash;
    this.#told = head.droppedSeq === 0;
    this.#checkAnchor(this.#seq, this.#hash);
  }

  add(record: KeptRecord): void {
    if (this.#broken !== undefined) return;
    const { seq, event, previous, hash } = record;
    if (seq !== this.#seq + 1) return this.#break(`record ${this.#seq + 1} is missing: ${seq} comes next`);
    if (previous !== this.#hash) return this.#break(`record ${seq} does not follow the record before it`);
    if (auditHash(seq, previous, event) !== hash) return this.#break(`record ${seq} was changed`);
    const told = readEvent(event);
    if (!told) return this.#break(`record ${seq} holds no event`);
    const column = strangeColumn(record, columnsOf(told));
    if (column !== undefined) return this.#break(`record ${seq} was changed: its column ${column} is not its event's`);
    this.#seq = seq;
    this.#hash = hash;
    this.#told ||= this.#tellsOfDropped(told);
    this.#checkAnchor(seq, hash);
  }

  /** What is broken, undefined when nothing is. */
  end(): string | undefined {
    if (this.#broken !== undefined) return this.#broken;
    const { seq, hash, droppedSeq } = this.#head;
    if (this.#seq !== seq) return `the log ends with record ${this.#seq}, and had ${seq}`;
    if (this.#hash !== hash) return `record ${seq} is not the one that was written last`;
    const gone = [...this.#anchors.keys()].filter((each) => each > seq);
    if (gone.length > 0) return `the log ends with record ${seq}, and record ${Math.max(...gone)} was kept elsewhere`;
    return this.#told ? undefined : `no record says that those up to ${droppedSeq} were dropped`;
  }

  #break(why: string): void {
    this.#broken ??= why;
  }

  #checkAnchor(seq: number, hash: string): void {
    const known = this.#anchors.get(seq);
    if (known !== undefined && known !== hash) this.#break(`record ${seq} is not the one that was kept elsewhere`);
  }

  #tellsOfDropped({ method, on, by }: AuditEvent): boolean {
    return method === CHECKPOINT && on['id'] === this.#head.droppedSeq && by === this.#head.droppedHash;
  }
}

/** Undefined for a text that nobody can have written who keeps the log. */
function readEvent(text: string): AuditEvent | undefined {
  try {
    const event = JSON.parse(text) as Partial<AuditEvent> | null;
    return typeof event === 'object' && typeof event?.on === 'object' ? (event as AuditEvent) : undefined;
  } catch {
    return undefined; // which is what is told of it
  }
}

function strangeColumn(kept: KeptRecord, told: AuditColumns): string | undefined {
  return (Object.keys(told) as Array<keyof AuditColumns>).find((name) => kept[name] !== told[name]);
}
