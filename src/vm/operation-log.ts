// The runs that are under way: each has its record before it starts, its progress is told to whoever listens, and it ends
// once, in the same transaction as what it made.
import { EventEmitter } from 'node:events';
import { randomBytes } from 'node:crypto';
import { WAITING, type Operation } from '../model/operation.ts';
import { paceOf, sampleOf, withSample, type PaceSample } from '../model/pace.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './parts.ts';

/** Phase of a run that was asked to end. */
const CANCELLING = 'cancelling';
/** So many phases and warnings of a run are kept: none comes near it, and no record grows without an end. */
const MOST_NOTED = 100;
/** Of a run whose result was there before it could end. */
const TOO_LATE = 'It was asked to end when it was done already.';

/** Ids of so many runs that have ended here are kept. */
const MOST_ENDED = 1000;

export class OperationLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #nodeId: string;
  readonly #saveEveryMs: number;
  readonly #savedAt = new Map<string, number>();
  readonly #ended = new Set<string>();
  readonly #running = new Map<string, Operation>();
  readonly #samples = new Map<string, PaceSample[]>();
  readonly #broken = new Set<string>();
  /** What runs are when their ends are committed. */
  readonly #endings = new WeakMap<Operation, Operation>();
  readonly #events = new EventEmitter<{ change: [Operation]; broke: [] }>().setMaxListeners(0);

  /**
   * `nodeId` is of the node whose runs these are. `saveEveryMs`: how often progress within a phase is written down, for nodes that have it
   * from there alone; 0 for never.
   */
  constructor(store: Store, clock: Clock, nodeId = '', saveEveryMs = 0) {
    this.#store = store;
    this.#clock = clock;
    this.#nodeId = nodeId;
    this.#saveEveryMs = saveEveryMs;
  }

  /** A record for a run that is about to start; `save` it in the transaction that reserves what it needs. */
  draft(
    of: Pick<
      Operation,
      'kind' | 'vmId' | 'hostId' | 'datastoreId' | 'imageIds' | 'plan' | 'reason' | 'reads' | 'asked' | 'inPlace'
    >,
  ): Operation {
    return {
      ...of,
      id: randomBytes(8).toString('hex'),
      node: this.#nodeId,
      phase: WAITING,
      startedAt: this.#clock(),
      endedAt: 0,
      result: 'running',
      disks: [],
      figures: null,
      cleaned: true,
    };
  }

  /** Announces a run whose record is stored. It is this node's from now on. */
  started(operation: Operation): void {
    operation.node = this.#nodeId;
    this.#broken.delete(operation.id);
    this.#running.set(operation.id, operation);
    this.#events.emit('change', operation);
  }

  /** Leaves a run to whichever node has its duty now; here nobody follows it any more. */
  async handOver(operation: Operation): Promise<void> {
    delete operation.node;
    this.#running.delete(operation.id);
    this.#forgetPace(operation);
    await this.#store.operations.save(operation);
  }

  /** Nobody works on a run any more although it has not ended: not even that could be written down. Whoever hears it takes it up. */
  broke(id: string): void {
    if (this.#ended.has(id)) return;
    this.#running.delete(id);
    this.#broken.add(id);
    this.#events.emit('broke');
  }

  isBroken(id: string): boolean {
    return this.#broken.has(id);
  }

  onBroke(listener: () => void): void {
    this.#events.on('broke', listener);
  }

  /** Notes what a run that has not begun is waiting for. */
  async waits(operation: Operation, reason: string): Promise<void> {
    if (operation.waits === reason) return;
    operation.waits = reason;
    this.#events.emit('change', operation);
    await this.#store.operations.save(operation);
  }

  /** Notes phase or progress, and how fast it goes; a new phase is written down at once. */
  async progress(operation: Operation, change: Partial<Pick<Operation, 'phase' | 'disks'>>): Promise<void> {
    if (operation.cancelling) delete change.phase; // it says that until it has ended
    const phaseBefore = operation.phase;
    Object.assign(operation, change);
    operation.begunAt ??= this.#clock();
    delete operation.waits;
    if (operation.phase !== phaseBefore) {
      this.#forgetPace(operation); // each phase has a pace of its own
      operation.steps = [...(operation.steps ?? []), { phase: operation.phase, atMs: this.#clock() }].slice(
        -MOST_NOTED,
      );
    } else if (change.disks && !operation.cancelling) this.#measure(operation, change.disks);
    this.#events.emit('change', operation);
    if (operation.phase !== phaseBefore || this.#isSaveDue(operation)) await this.#save(operation);
  }

  #isSaveDue({ id }: Operation): boolean {
    return this.#saveEveryMs > 0 && this.#clock() - (this.#savedAt.get(id) ?? 0) >= this.#saveEveryMs;
  }

  async #save(operation: Operation): Promise<void> {
    this.#savedAt.set(operation.id, this.#clock());
    await this.#store.operations.save(operation);
  }

  /** Notes what a run may move a second; undefined for as much as it can. That is of no matter afterwards, and not written down. */
  allowed(operation: Operation, bytesPerSec: number | undefined): void {
    if (operation.allowedBytesPerSec === bytesPerSec) return;
    if (bytesPerSec === undefined) delete operation.allowedBytesPerSec;
    else operation.allowedBytesPerSec = bytesPerSec;
    this.#events.emit('change', operation);
  }

  /** Notes what a run met that does not make it fail; written down with its next phase or its end. */
  warned(operation: Operation, message: string): void {
    const { warnings = [] } = operation;
    if (warnings.includes(message) || warnings.length >= MOST_NOTED) return;
    operation.warnings = [...warnings, message];
    this.#events.emit('change', operation);
  }

  /** Notes that a run was asked to end. */
  async cancelling(operation: Operation): Promise<void> {
    if (operation.cancelling) return;
    operation.cancelling = true;
    operation.phase = CANCELLING;
    this.#forgetPace(operation);
    this.#events.emit('change', operation);
    await this.#store.operations.save(operation);
  }

  /**
   * Ends a run inside the transaction that records what it made. Call `announce` after the commit: until then the run itself is as it was, as
   * what cannot be committed has not ended, and what is saved of it then must not say so.
   */
  async end(tx: Store, operation: Operation, ending: 'done' | 'failed', reason: string): Promise<void> {
    // what was asked to end and did has not failed; what could not be ended any more is done
    const { cancelling = false } = operation;
    const result = ending === 'failed' && cancelling ? 'cancelled' : ending;
    const said = ending === 'done' && cancelling ? [reason, TOO_LATE].filter(Boolean).join(' ') : reason;
    const ended: Operation = { ...operation, result, reason: said, endedAt: this.#clock(), phase: result };
    delete ended.waits;
    delete ended.allowedBytesPerSec;
    delete ended.pace;
    if (result !== 'failed') delete ended.interrupted;
    this.#endings.set(operation, ended);
    await tx.operations.save(ended);
  }

  /** Tells listeners that a run has ended. */
  announce(operation: Operation): void {
    const ended = this.#endings.get(operation);
    if (ended) become(operation, ended);
    this.#forgetPace(operation);
    this.#running.delete(operation.id);
    this.#savedAt.delete(operation.id);
    this.#ended.add(operation.id);
    this.#broken.delete(operation.id);
    const [oldest = ''] = this.#ended;
    if (this.#ended.size > MOST_ENDED) this.#ended.delete(oldest);
    this.#events.emit('change', operation);
  }

  #measure(operation: Operation, disks: Operation['disks']): void {
    const samples = withSample(this.#samples.get(operation.id) ?? [], sampleOf(disks, this.#clock()));
    this.#samples.set(operation.id, samples);
    const pace = paceOf(samples);
    if (pace) operation.pace = pace;
    else delete operation.pace;
  }

  #forgetPace(operation: Operation): void {
    this.#samples.delete(operation.id);
    delete operation.pace;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  running(matches: (operation: Operation) => boolean): Operation | undefined {
    for (const operation of this.#running.values()) if (matches(operation)) return operation;
    return undefined;
  }

  /** Whether a run has ended here lately. */
  hasEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  /** Every run of this node that is under way or waits. */
  all(): Operation[] {
    return [...this.#running.values()];
  }

  listen(listener: (operation: Operation) => void): () => void {
    this.#events.on('change', listener);
    return () => void this.#events.off('change', listener);
  }
}

function become(operation: Operation, ended: Operation): void {
  if (!('waits' in ended)) delete operation.waits;
  if (!('interrupted' in ended)) delete operation.interrupted;
  delete operation.allowedBytesPerSec;
  Object.assign(operation, ended);
}
