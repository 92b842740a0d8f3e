// What one daemon asks of the outside: counted, and one call of it broken. Whose call it is, is known by its asynchronous context; a call of
// anybody else passes. After a death nothing of that daemon reaches the outside any more.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { FileHandle } from 'node:fs/promises';
import { classOf, isKind, type Fault, type Mode } from './cases.ts';
import { placeNow, UNKNOWN } from './place.ts';

/** What one daemon does. Only calls that the flow causes are counted: what a timer of the daemon causes comes when it likes. */
export class Calls {
  /** In the order in which they were made: class of each, which is its name and its place. */
  readonly made: string[] = [];
  /** What was broken. */
  broken: string | undefined;
  dead = false;
  /** Also what the flow does not cause itself: for one that the daemon's own ticks carry on. */
  everything = false;
  /** Called when the fault is `cancel`. */
  cancel: () => void = () => undefined;
  readonly handles = new Set<FileHandle>();
  readonly #ends: Array<() => void> = [];
  readonly #open = new Set<Promise<unknown>>();
  readonly #times = new Map<string, number>();
  #fault: Fault | undefined;
  #at: { at: number; mode: Mode; told: () => void } | undefined;

  break(fault: Fault): void {
    this.#fault = fault;
  }

  /** The call of this number is broken, from 0; `told` is called just before. */
  breakAt(at: number, mode: Mode, told: () => void): void {
    this.#at = { at, mode, told };
  }

  run<R>(cause: Cause, work: () => R): R {
    return current.run({ calls: this, cause }, work);
  }

  /** How many calls were made, whoever caused them. */
  total = 0;

  /** How the call that is made now is broken, if it is. */
  note(name: string, cause: Cause): Mode | undefined {
    if (cause === 'watcher') return undefined;
    this.total += 1;
    if (cause === 'daemon' && !this.everything) return undefined;
    const place = placeNow();
    if (cause === 'process' && place === UNKNOWN) return undefined;
    const made = classOf(name, place);
    this.made.push(made);
    const nth = this.#times.get(made) ?? 0;
    this.#times.set(made, nth + 1);
    if (this.#at?.at === this.made.length - 1) {
      this.broken = made;
      this.#at.told();
      return this.#at.mode;
    }
    if (this.broken !== undefined || this.#fault?.call !== made || this.#fault.nth !== nth) return undefined;
    this.broken = made;
    if (this.#fault.mode !== 'cancel') return this.#fault.mode;
    this.cancel();
    return undefined;
  }

  isMade(kind: string): boolean {
    return this.made.some((made) => isKind(made, kind));
  }

  atDeath(end: () => void): void {
    this.#ends.push(end);
  }

  /** What is under way outside cannot be called back; it ends before anybody looks. */
  holds<R>(work: Promise<R>): Promise<R> {
    const held: Promise<unknown> = work.then(
      () => this.#open.delete(held),
      () => this.#open.delete(held),
    );
    this.#open.add(held);
    return work;
  }

  get isBusy(): boolean {
    return this.#open.size > 0;
  }

  die(): void {
    if (this.dead) return;
    this.dead = true;
    for (const end of this.#ends.reverse()) end();
  }

  /** Of the dead: nothing is under way any more, and no file is open. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
    for (const handle of this.handles) await handle.close().catch(() => undefined); // it was closed meanwhile
    this.handles.clear();
  }
}

/**
 * Whether the flow causes it, something else of the daemon, or only who watches the daemon here. Of a `process` that is all a flow's only
 * what the product asks for counts, and not what Node itself does.
 */
export type Cause = 'flow' | 'daemon' | 'watcher' | 'process';

interface Scope {
  calls: Calls;
  cause: Cause;
}

const contexts = new AsyncLocalStorage<Scope>();
let everybody: Scope | undefined;

/** Whose call is made now. */
export const current = {
  run: <R>(scope: Scope, work: () => R): R => contexts.run(scope, work),
  exit: <R>(work: () => R): R => contexts.exit(work),
  getStore: (): Scope | undefined => contexts.getStore() ?? everybody,
};

/** For a process that is all one daemon's: whatever it does counts. */
export const ambient = {
  enter: (calls: Calls): void => void (everybody = { calls, cause: 'process' }),
  exit: (work: () => void): void => {
    const before = everybody;
    everybody = undefined;
    work();
    everybody = before;
  },
};

export const never = (): Promise<never> => new Promise(() => undefined);

export type Any = (this: unknown, ...args: unknown[]) => unknown;

export function failure(name: string): Error {
  return Object.assign(new Error(`EIO: the fault loop broke ${name}`), { code: 'EIO', errno: -5, syscall: name });
}

class OfTheDead extends Error {}

export function isOfTheDead(reason: unknown): boolean {
  return reason instanceof OfTheDead || (reason instanceof Error && isOfTheDead(reason.cause));
}

/**
 * Of a call that blocks. It cannot hang without all else standing still: that is a death before it is done. `fails` is what its failure
 * looks like, when that is no exception.
 */
export function sync(name: string, real: Any, fails?: Any): Any {
  return function (...args) {
    const scope = current.getStore();
    if (!scope) return real.apply(this, args);
    const { calls, cause } = scope;
    if (calls.dead) throw new OfTheDead(name);
    const mode = calls.note(name, cause);
    if (mode === 'fail' && fails) return fails.apply(this, args);
    if (mode === 'fail') throw failure(name);
    const result = mode === 'before' ? undefined : real.apply(this, args);
    if (mode === undefined) return result;
    calls.die();
    throw new OfTheDead(name);
  };
}

export function later(name: string, real: Any): Any {
  return function (...args) {
    const scope = current.getStore();
    if (!scope) return real.apply(this, args);
    const { calls, cause } = scope;
    if (calls.dead) return never();
    const mode = calls.note(name, cause);
    if (mode === 'fail') return Promise.reject(failure(name));
    if (mode === 'hang') return never();
    const work = calls.holds(real.apply(this, args) as Promise<unknown>);
    const ended = mode === 'die' ? work.finally(() => calls.die()) : work;
    return ended.then(
      (value) => (calls.dead ? never() : value),
      (error: unknown) => {
        if (calls.dead) return never();
        throw error;
      },
    );
  };
}

/** A call in its own right that is none of Node's: the start of a mover, or a program that is stood in for. */
export function asCall<R>(name: string, work: () => Promise<R>): Promise<R> {
  return later(name, work)() as Promise<R>;
}
