// GET /api/changes: what changed of the objects that the caller may see, and every run that she may see, as server-sent events. `change`
// names objects to be asked for again, `run` holds a whole Operation, `alive` comes now and then. Whoever was away for a while asks for all again.
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { allows } from '../access/authorize.ts';
import type { Operation } from '../model/operation.ts';
import type { StoreChange } from '../store/changes.ts';
import { maySee } from './events.ts';
import { callerOf, type Asking } from './http-session.ts';
import type { Services } from './method.ts';
import { NOUNS } from './nouns/all.ts';
import type { Sessions } from './session.ts';
import { Throttled } from './throttled.ts';

const TOGETHER_MS = 500;
const ALIVE_MS = 15_000;
const RUN_EVERY_MS = 500;
/** Whoever reads more slowly than this is let go, and may ask again. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
/** More changes of a noun at once are told as changes of any of its objects. */
const MOST_IDS = 500;

export interface ChangeTimes {
  togetherMs: number;
  aliveMs: number;
}

export function changeRoutes(
  server: FastifyInstance,
  services: Services,
  sessions: Sessions,
  times: ChangeTimes = { togetherMs: TOGETHER_MS, aliveMs: ALIVE_MS },
): void {
  server.get('/api/changes', async (request, reply) => {
    const asking = (): Promise<Asking> => callerOf(request, sessions, services);
    const first = await asking();
    reply.hijack();
    new Follower(reply.raw, services, first, asking, times).begin();
  });
}

class Follower {
  readonly #raw: ServerResponse;
  readonly #services: Services;
  readonly #again: () => Promise<Asking>;
  readonly #times: ChangeTimes;
  readonly #runs: Throttled<Operation>;
  readonly #ends: Array<() => void> = [];
  #asking: Asking;
  #waiting = new Map<string, Set<number>>();
  #timer: NodeJS.Timeout | undefined;
  /** One after the other, so that an older state never follows a newer one. */
  #sent = Promise.resolve();
  #ended = false;

  constructor(
    raw: ServerResponse,
    services: Services,
    first: Asking,
    again: () => Promise<Asking>,
    times: ChangeTimes,
  ) {
    this.#raw = raw;
    this.#services = services;
    this.#asking = first;
    this.#again = again;
    this.#times = times;
    this.#runs = new Throttled(RUN_EVERY_MS, (operation) => this.#inTurn(() => this.#sendRun(operation)));
  }

  begin(): void {
    const { runs, parts } = this.#services;
    const alive = setInterval(() => this.#inTurn(() => this.#beat()), this.#times.aliveMs);
    this.#ends.push(
      () => clearInterval(alive),
      parts.store.onChange((changes) => this.#add(changes)),
      runs.listen((operation) => this.#runs.add(operation.id, operation, operation.result !== 'running')),
      () => this.#runs.close(),
      () => clearTimeout(this.#timer),
    );
    this.#raw.on('close', () => this.#finish());
    this.#raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#write('alive', '');
    this.#inTurn(async () => {
      for (const operation of await runs.now()) this.#runs.add(operation.id, operation, false);
    });
  }

  #add(changes: readonly StoreChange[]): void {
    for (const { noun, id } of changes) {
      const ids = this.#waiting.get(noun) ?? new Set();
      this.#waiting.set(noun, ids.add(id));
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const waiting = this.#waiting;
      this.#waiting = new Map();
      this.#inTurn(() => this.#sendChanges(waiting));
    }, this.#times.togetherMs);
  }

  async #sendChanges(waiting: ReadonlyMap<string, ReadonlySet<number>>): Promise<void> {
    if (waiting.has('user') || waiting.has('group') || waiting.has('acl')) this.#asking = await this.#again();
    for (const [noun, ids] of waiting) {
      const seen = await this.#seen(noun, [...ids]);
      if (seen === 'any' || seen.length > 0) {
        this.#write('change', JSON.stringify({ noun, ids: seen === 'any' ? [] : seen }));
      }
    }
  }

  /** What is gone is told to everybody: an id that nobody has any more says nothing. */
  async #seen(noun: string, ids: number[]): Promise<number[] | 'any'> {
    const { caller, parts } = this.#asking;
    const known = NOUNS[noun];
    if (caller.admin) return ids.length > MOST_IDS ? 'any' : ids;
    if (!known) return noun === 'acl' ? 'any' : [];
    if (ids.length > MOST_IDS) return 'any';
    const there = new Map((await known.pool(parts.store).list({ ids })).map((object) => [object.id, object]));
    return ids.filter((id) => {
      const object = there.get(id);
      return object === undefined || allows(caller, 'USE', { ...known.target(object), lock: undefined });
    });
  }

  async #sendRun(operation: Operation): Promise<void> {
    if (!(await maySee(this.#asking, operation))) return;
    this.#write('run', JSON.stringify({ ...operation, plan: null }));
  }

  /** A user who was disabled, or has left a group, sees no more from then on. */
  async #beat(): Promise<void> {
    this.#asking = await this.#again();
    this.#write('alive', '');
  }

  #inTurn(work: () => Promise<void>): void {
    this.#sent = this.#sent
      .then(() => (this.#ended ? undefined : work()))
      .catch((error: unknown) => {
        this.#services.parts.log.info({ err: error }, 'a stream of changes ended');
        this.#finish();
      });
  }

  #write(event: string, data: string): void {
    if (this.#raw.writableLength > MOST_UNREAD_BYTES) this.#finish();
    else if (!this.#raw.writableEnded) this.#raw.write(`event: ${event}\ndata: ${data}\n\n`);
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const end of this.#ends) end();
    this.#raw.end();
  }
}
