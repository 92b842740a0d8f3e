// All runs of the daemon as they go, from its stream of events: what began, how it ended, and whether the soak itself was the cause when
// it did not end well.
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../../src/model/errors.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Cloud } from '../../integration/cloud.ts';

const LOOK_MS = 200;

/** The time in which a machine was off, or gone, because the soak has seen to it. */
interface Outage {
  vmId: number;
  cause: string;
  fromMs: number;
  toMs: number;
}

export class Runs {
  readonly #all = new Map<string, Operation>();
  readonly #causes = new Map<string, string>();
  readonly #outages: Outage[] = [];
  readonly #ended: (operation: Operation) => void;
  readonly #stop = new AbortController();
  #following: Promise<void> = Promise.resolve();
  /** How often the stream was cut off, which it never should be. */
  cuts = 0;

  private constructor(ended: (operation: Operation) => void) {
    this.#ended = ended;
  }

  /** `ended` is told of each run once, when it has ended. */
  static follow(cloud: Cloud, ended: (operation: Operation) => void): Runs {
    const runs = new Runs(ended);
    runs.#following = runs.#follow(cloud);
    return runs;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  get all(): Operation[] {
    return [...this.#all.values()];
  }

  running(which: (operation: Operation) => boolean = () => true): Operation[] {
    return this.all.filter((one) => one.result === 'running' && which(one));
  }

  /** The run that `which` accepts, when it is there and `state` accepts it. Waits as long as it takes. */
  async until(
    which: (operation: Operation) => boolean,
    state: (operation: Operation) => boolean = ({ result }) => result !== 'running',
  ): Promise<Operation> {
    for (;;) {
      const found = this.all.find((one) => which(one) && state(one));
      if (found) return found;
      await sleep(LOOK_MS);
    }
  }

  /** Whatever becomes of this run is the soak's own doing. */
  blame(operation: Operation, cause: string): void {
    this.#causes.set(operation.id, cause);
  }

  /** What fails while `work` goes on, and concerns this machine, does so because of it. */
  async outage<R>(vmId: number, cause: string, work: () => Promise<R>): Promise<R> {
    const outage: Outage = { vmId, cause, fromMs: Date.now(), toMs: Infinity };
    this.#outages.push(outage);
    for (const one of this.running((run) => run.vmId === vmId)) this.#causes.set(one.id, cause);
    return work().finally(() => (outage.toMs = Date.now()));
  }

  /** Why the soak is to blame for how this run ended; undefined when it is not. */
  causeOf(operation: Operation): string | undefined {
    const { id, vmId, startedAt, endedAt } = operation;
    const during = this.#outages.find(
      (one) => one.vmId === vmId && one.fromMs <= (endedAt || Infinity) && one.toMs >= startedAt,
    );
    return this.#causes.get(id) ?? during?.cause;
  }

  /** Whether the soak has done something to a machine, or to a run of it, since then. */
  wasDisturbed(vmId: number, sinceMs: number): boolean {
    if (this.#outages.some((one) => one.vmId === vmId && one.toMs >= sinceMs)) return true;
    return this.all.some(
      (one) => one.vmId === vmId && this.#causes.has(one.id) && (one.endedAt || Infinity) >= sinceMs,
    );
  }

  async #follow(cloud: Cloud): Promise<void> {
    const isOver = (): boolean => this.#stop.signal.aborted;
    while (!isOver()) {
      const why = await this.#read(cloud).then(() => 'without a word', reasonOf);
      if (isOver()) return;
      this.cuts += 1;
      process.stdout.write(`The stream of events ended: ${why}\n`);
      await sleep(LOOK_MS);
    }
  }

  async #read(cloud: Cloud): Promise<void> {
    const headers = { authorization: `Basic ${Buffer.from(cloud.session).toString('base64')}` };
    const reply = await fetch(new URL('/api/events', cloud.origin), { headers, signal: this.#stop.signal });
    let text = '';
    for await (const chunk of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) if (event.startsWith('data: ')) this.#seen(JSON.parse(event.slice(6)) as Operation);
    }
  }

  #seen(operation: Operation): void {
    const before = this.#all.get(operation.id);
    this.#all.set(operation.id, operation);
    if (operation.result !== 'running' && (before === undefined || before.result === 'running')) this.#ended(operation);
  }
}
