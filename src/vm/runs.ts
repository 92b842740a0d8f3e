// The runs of one kind that are under way in this process: each can be stopped, and all are waited for at the end.
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { Operation } from '../model/operation.ts';
import type { OperationLog } from './operation-log.ts';
import type { Parts } from './parts.ts';

export class Runs {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #running = new Map<string, { abort: AbortController; done: Promise<void> }>();

  constructor(parts: Parts, log: OperationLog) {
    this.#parts = parts;
    this.#log = log;
  }

  /** Lets `work` go on in the background; its signal aborts when the run is to stop. */
  track(operation: Operation, work: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const done = work(abort.signal)
      .catch((error: unknown) => this.#parts.log.error({ operation: operation.id, err: error }, 'a run broke'))
      .finally(() => this.#running.delete(operation.id));
    this.#running.set(operation.id, { abort, done });
  }

  /** Passes what a mover tells on to those who follow the run. */
  relay(operation: Operation, event: MoverEvent): void {
    const { log } = this.#parts;
    if (event.type === 'warning') log.warn({ operation: operation.id }, event.message);
    const change =
      event.type === 'phase' ? { phase: event.phase } : event.type === 'progress' ? { disks: event.disks } : {};
    this.#log
      .progress(operation, change)
      .catch((error: unknown) => log.error({ operation: operation.id, err: error }, 'progress was not saved'));
  }

  /** Stops a run and waits until it has cleaned up. */
  async stop(operationId: string): Promise<void> {
    const run = this.#running.get(operationId);
    run?.abort.abort();
    await run?.done;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id)));
  }
}
