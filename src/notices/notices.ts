// Tells others how runs end, beside the runs: whoever listens slowly or not at all holds up no backup.
import type { Logger } from 'pino';
import { reasonOf } from '../model/errors.ts';
import type { NoticeSettings } from '../model/notice-settings.ts';
import type { Operation } from '../model/operation.ts';
import type { Store } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { DEFAULT_PACE, NoticeQueue, type Pace } from './queue.ts';
import { isWanted, noticeOf, withNames, type Named, type Names, type Notice } from './notice.ts';
import { Slots } from './slots.ts';
import type { Way } from './way.ts';
import { waysOf } from './ways.ts';

/** How many are told at the same time. */
const AT_ONCE = 4;
/** How long the end of the daemon waits for what is still to be told. */
const CLOSE_MS = 3000;

export interface NoticeParts {
  operations: OperationLog;
  store: Store;
  log: Logger;
}

export class Notices {
  readonly #parts: NoticeParts;
  readonly #queues: NoticeQueue[];
  /** Runs that ended; one that is announced again is not told again. */
  readonly #told = new WeakSet<Operation>();
  readonly #stopListening: () => void;

  constructor(ways: readonly Way[], parts: NoticeParts, pace: Pace = DEFAULT_PACE) {
    const slots = new Slots(AT_ONCE);
    const complete = (notice: Notice): Promise<Notice> => this.#complete(notice);
    this.#parts = parts;
    this.#queues = ways.map((way) => new NoticeQueue(way, { log: parts.log, slots, pace, complete }));
    this.#stopListening = parts.operations.listen((operation) => this.#hear(operation));
  }

  /** Throws a OneError when one of the ways can never work. */
  static async open(settings: NoticeSettings, parts: NoticeParts): Promise<Notices> {
    const ways = waysOf(settings);
    for (const way of ways) await way.check();
    return new Notices(ways, parts);
  }

  /** Tells what is left, for a few seconds. */
  async close(limitMs = CLOSE_MS): Promise<void> {
    this.#stopListening();
    await Promise.all(this.#queues.map((queue) => queue.close(limitMs)));
  }

  #hear(operation: Operation): void {
    if (operation.result === 'running' || this.#told.has(operation)) return;
    this.#told.add(operation);
    const notice = noticeOf(operation);
    for (const queue of this.#queues) if (isWanted(queue.way.selection, notice)) queue.push(notice);
  }

  async #complete(notice: Notice): Promise<Notice> {
    return withNames(notice, await this.#namesOf(notice));
  }

  async #namesOf({ vm, datastore, image, id }: Notice): Promise<Names> {
    const { vms, datastores, images } = this.#parts.store;
    const nameIn = async (pool: Pick<typeof vms, 'names'>, object: Named | null): Promise<string | undefined> =>
      object ? (await pool.names({ ids: [object.id] })).get(object.id) : undefined;
    try {
      return {
        vm: await nameIn(vms, vm),
        datastore: await nameIn(datastores, datastore),
        image: await nameIn(images, image),
      };
    } catch (error) {
      // what ended is told without names rather than not at all
      this.#parts.log.warn({ run: id, reason: reasonOf(error) }, 'the names for a notice could not be read');
      return {};
    }
  }
}
