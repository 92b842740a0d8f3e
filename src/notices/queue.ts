// The notices that wait for one way: told one after the other, in order, tried again when that may help. The queue is bounded, so a
// way that is slow or dead loses its oldest notices and holds up nobody else.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { OneError, reasonOf } from '../model/errors.ts';
import type { Notice } from './notice.ts';
import type { Slots } from './slots.ts';
import type { Way } from './way.ts';

export const DEFAULT_PACE = {
  /** How long a way that gathers waits for more, in milliseconds. */
  gatherMs: 60_000,
  /** Between the first and the second try; each later wait is `RETRY_GROWTH` times as long. */
  retryMs: 5000,
  /** How many notices wait for one way. */
  queue: 200,
};
export type Pace = typeof DEFAULT_PACE;
const RETRY_GROWTH = 6;
/** What was cut short has this long to go. */
const CUT_MS = 200;

export interface QueueParts {
  log: Logger;
  slots: Slots;
  pace: Pace;
  /** Puts in what is not known at once, just before it is told. */
  complete: (notice: Notice) => Promise<Notice>;
}

export class NoticeQueue {
  readonly way: Way;
  readonly #parts: QueueParts;
  readonly #queue: Notice[] = [];
  /** Taken from the queue and not told yet. */
  #inHand = 0;
  #dropped = 0;
  #work: Promise<void> | undefined;
  /** No more waiting, then no more trying. */
  readonly #hurry = new AbortController();
  readonly #cut = new AbortController();

  constructor(way: Way, parts: QueueParts) {
    this.way = way;
    this.#parts = parts;
  }

  /** Never waits. */
  push(notice: Notice): void {
    if (this.#queue.length >= this.#parts.pace.queue) {
      const lost = this.#queue.shift();
      this.#dropped += 1;
      this.#parts.log.warn(
        { ...this.#who(), run: lost?.id, dropped: this.#dropped },
        'too many notices wait: the oldest is dropped',
      );
    }
    this.#queue.push(notice);
    this.#work ??= this.#empty()
      .catch((error: unknown) => this.#parts.log.error({ ...this.#who(), err: error }, 'telling others broke'))
      .finally(() => (this.#work = undefined));
  }

  /** Tells what waits without further waits, and gives up after `limitMs`. */
  async close(limitMs: number): Promise<void> {
    this.#hurry.abort();
    const limit = new AbortController();
    await Promise.race([this.#work, sleep(limitMs, undefined, { signal: limit.signal }).catch(() => undefined)]);
    limit.abort();
    if (!this.#work) return;
    const lost = this.#queue.length + this.#inHand;
    this.#parts.log.warn({ ...this.#who(), lost }, 'the daemon ends before all notices were told');
    this.#cut.abort();
    await Promise.race([this.#work, sleep(CUT_MS)]);
  }

  async #empty(): Promise<void> {
    const { gathers } = this.way;
    while (this.#queue.length > 0 && !this.#cut.signal.aborted) {
      if (gathers) await this.#pause(this.#parts.pace.gatherMs);
      const notices = this.#queue.splice(0, gathers ? this.#queue.length : 1);
      this.#inHand = notices.length;
      await this.#deliver(await Promise.all(notices.map((notice) => this.#parts.complete(notice))));
      this.#inHand = 0;
    }
  }

  async #deliver(notices: readonly Notice[]): Promise<void> {
    const { log, slots, pace } = this.#parts;
    const runs = notices.map(({ id }) => id);
    for (let attempt = 1; !this.#cut.signal.aborted; attempt += 1) {
      try {
        await slots.run(() => this.way.tell(notices, this.#cut.signal));
        return;
      } catch (error) {
        const again = attempt < this.way.tries && !(error instanceof OneError && !error.retry);
        const what = again ? 'a notice was not told and is tried again' : 'a notice was not told';
        log.warn({ ...this.#who(), runs, attempt, reason: reasonOf(error) }, what);
        if (!again) return;
      }
      await this.#pause(pace.retryMs * RETRY_GROWTH ** (attempt - 1));
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#hurry.signal }).catch(() => undefined); // hurried up
  }

  #who(): Record<string, string> {
    return { [this.way.kind]: this.way.selection.name };
  }
}
