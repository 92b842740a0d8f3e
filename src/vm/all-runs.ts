// The runs of all control nodes: this one's as they are, the others' as they were last written down. Whoever listens hears of those of the
// others when they have been looked at anew, which happens only while somebody listens.
import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '../model/operation.ts';
import type { Store } from '../store/store.ts';
import type { OperationLog } from './operation-log.ts';

const LOOK_MS = 1000;

export interface AllRunsOptions {
  /** There is no other node. */
  alone: boolean;
  lookMs?: number;
  /** Called when the others' runs could not be read; they are looked at again. */
  failed: (error: unknown) => void;
}

type Listener = (operation: Operation) => void;

export class AllRuns {
  readonly #store: Store;
  readonly #log: OperationLog;
  readonly #options: AllRunsOptions;
  readonly #listeners = new Set<Listener>();
  #stop: (() => void) | undefined;
  /** Of the others, as listeners know them. */
  #told = new Map<string, Operation>();

  constructor(store: Store, log: OperationLog, options: AllRunsOptions) {
    this.#store = store;
    this.#log = log;
    this.#options = options;
  }

  /** Every run that is under way or waits. */
  async now(): Promise<Operation[]> {
    return [...(await this.others()), ...this.#log.all()];
  }

  /** Those of other nodes. */
  async others(): Promise<Operation[]> {
    if (this.#options.alone) return [];
    const running = await this.#store.operations.running();
    const own = new Set(this.#log.all().map(({ id }) => id));
    return running.filter(({ id }) => !own.has(id) && !this.#log.hasEnded(id));
  }

  async find(matches: (operation: Operation) => boolean): Promise<Operation | undefined> {
    return this.#log.running(matches) ?? (await this.others()).find(matches);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #begin(): () => void {
    const unlisten = this.#log.listen((operation) => this.#tell(operation));
    if (this.#options.alone) return unlisten;
    this.#told = new Map();
    let looking = false;
    const look = (): void => {
      if (looking) return;
      looking = true;
      this.#look()
        .catch(this.#options.failed)
        .finally(() => (looking = false));
    };
    const timer = setInterval(look, this.#options.lookMs ?? LOOK_MS);
    look();
    return () => {
      unlisten();
      clearInterval(timer);
    };
  }

  async #look(): Promise<void> {
    const before = this.#told;
    const now = new Map((await this.others()).map((operation) => [operation.id, operation]));
    this.#told = now;
    for (const operation of now.values()) {
      if (!isDeepStrictEqual(before.get(operation.id), operation)) this.#tell(operation);
    }
    for (const id of before.keys()) if (!now.has(id)) await this.#tellEnd(id);
  }

  /** What is not under way elsewhere any more has ended, or is this node's by now. */
  async #tellEnd(id: string): Promise<void> {
    if (this.#log.running((one) => one.id === id)) return;
    const ended = await this.#store.operations.find(id);
    if (ended && ended.result !== 'running') this.#tell(ended);
  }

  #tell(operation: Operation): void {
    for (const listener of this.#listeners) listener(operation);
  }
}
