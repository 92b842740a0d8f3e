// What goes to the audit log on its way there. What must be kept before something is done is written at once; how it ended, and calls that were refused,
// go along with the next of those, or within a second. Every record is a line of the daemon's log as well, with its number and hash.
import type { Logger } from 'pino';
import { Refusals } from '../access/refusals.ts';
import type { AuditEvent, AuditHead, AuditRecord } from '../model/audit.ts';
import { reasonOf } from '../model/errors.ts';
import { readAnchors, writeAnchor } from '../store/audit-anchor.ts';
import { lookAtAudit, type Looked } from '../store/audit-look.ts';
import type { Store } from '../store/store.ts';

const DAY_MS = 86_400_000;
const ANCHOR_MS = 15 * 60_000;
const SOON_MS = 1000;
/** What cannot be written is kept in memory up to so many; then the daemon's log alone has it. */
const MOST_WAITING = 10_000;

export interface TrailSettings {
  nodeName: string;
  /** 0 for ever. */
  keepDays: number;
  /** File that says from time to time where the log stood. */
  anchors?: string | undefined;
}

interface Parts {
  store: Pick<Store, 'audit'>;
  clock: () => number;
  log: Logger;
}

export class AuditTrail {
  readonly nodeName: string;
  readonly refusals: Refusals;
  readonly #parts: Parts;
  readonly #settings: TrailSettings;
  readonly #log: Logger;
  #waiting: AuditEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #looking: Promise<Looked & { anchors: number }> | undefined;
  #failed = false;
  #droppedMs = 0;
  #anchored: { seq: number; atMs: number } = { seq: 0, atMs: 0 };
  #closed = false;

  constructor(parts: Parts, settings: TrailSettings) {
    this.nodeName = settings.nodeName;
    this.refusals = new Refusals(parts.clock);
    this.#parts = parts;
    this.#settings = settings;
    // the lines are anchors, whatever else is left out of the log
    this.#log = parts.log.level === 'silent' ? parts.log : parts.log.child({}, { level: 'info' });
  }

  /** Says in the log when the database is behind what the file of anchors says. */
  async begin(): Promise<void> {
    const { anchors: path } = this.#settings;
    if (path === undefined) return;
    const { store, log } = this.#parts;
    const head = await store.audit.head();
    const { newest } = await readAnchors(path, head.droppedSeq);
    if (!newest) return;
    this.#anchored = { seq: newest.seq, atMs: this.#parts.clock() };
    const found = await store.audit.find(newest.seq);
    if (found?.hash === newest.hash) return;
    log.error(
      { record: newest.seq, kept: newest.at, file: path, head: head.seq },
      'the audit log lacks a record that this node has seen: it was cut off or made anew, or an older copy of the database was brought back; onevault audit verify says more',
    );
  }

  /** Written when this is done; with it what waited. Throws when it cannot be, and then nothing of it is. */
  async write(event: AuditEvent): Promise<AuditRecord> {
    const records = await this.#append(event);
    const record = records.at(-1);
    if (!record) throw new Error('A record was written.');
    this.#soon(); // for what is to be done from time to time
    return record;
  }

  /** Written soon. */
  writeSoon(event: AuditEvent): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#parts.log.error({ audit: event }, 'a record of the audit log was left out: too many could not be written');
      return;
    }
    this.#waiting.push(event);
    this.#soon();
  }

  /** Writes what waits, and does what is to be done from time to time. Never throws: what could not be written waits on. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(() => this.#flushNow());
    return this.#flushing;
  }

  /** Whether the log is whole, and as it was noted beside the database. Those who ask at the same time are told the same. */
  look(): Promise<Looked & { anchors: number }> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<Looked & { anchors: number }> {
    const { audit } = this.#parts.store;
    const path = this.#settings.anchors;
    const { anchors } = path === undefined ? { anchors: [] } : await readAnchors(path, (await audit.head()).droppedSeq);
    return { ...(await lookAtAudit(audit, anchors)), anchors: anchors.length };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    for (const event of this.#waiting)
      this.#parts.log.error({ audit: event }, 'a record of the audit log was left out: the daemon ends');
    await this.#anchor(true);
  }

  #soon(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => void this.flush(), SOON_MS).unref();
  }

  async #flushNow(): Promise<void> {
    try {
      if (this.#waiting.length > 0) await this.#append();
      await this.#dropOld();
      await this.#anchor(false);
      if (this.#failed) this.#parts.log.info('the audit log can be written again');
      this.#failed = false;
    } catch (err) {
      if (!this.#failed) this.#parts.log.error({ err }, 'the audit log cannot be written; it is tried again');
      this.#failed = true;
    }
    if (this.#waiting.length > 0) this.#soon();
  }

  async #append(...events: AuditEvent[]): Promise<AuditRecord[]> {
    const waited = this.#waiting;
    this.#waiting = [];
    try {
      const records = await this.#parts.store.audit.appendAll([...waited, ...events]);
      for (const { seq, hash, event } of records) this.#log.info({ audit: event, seq, hash }, 'audit');
      return records;
    } catch (error) {
      this.#waiting = [...waited, ...this.#waiting];
      throw error;
    }
  }

  /** Once a day. */
  async #dropOld(): Promise<void> {
    const { store, clock, log } = this.#parts;
    const { keepDays, nodeName } = this.#settings;
    const now = clock();
    if (keepDays === 0 || now - this.#droppedMs < DAY_MS) return;
    this.#droppedMs = now;
    const count = await store.audit.drop(now - keepDays * DAY_MS, { at: now, node: nodeName });
    if (count > 0) log.info({ count }, 'old records of the audit log were dropped');
  }

  async #anchor(atOnce: boolean): Promise<void> {
    const { anchors: path } = this.#settings;
    const { store, clock, log } = this.#parts;
    const now = clock();
    if (path === undefined || (!atOnce && now - this.#anchored.atMs < ANCHOR_MS)) return;
    try {
      const head: AuditHead = await store.audit.head();
      if (head.seq !== this.#anchored.seq) await writeAnchor(path, head, now);
      this.#anchored = { seq: head.seq, atMs: now };
    } catch (error) {
      log.error(
        { file: path, reason: reasonOf(error) },
        'where the audit log stands could not be kept beside the database',
      );
      this.#anchored = { ...this.#anchored, atMs: now };
    }
  }
}
