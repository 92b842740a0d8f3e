// Counts what a daemon asks of the outside, and breaks one call of it: under the product, in Node's own modules. Whose call it is, is known
// by its asynchronous context; a call of anybody else passes. After a death nothing of that daemon reaches the outside any more.
import { AsyncLocalStorage } from 'node:async_hooks';
import child from 'node:child_process';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import sqlite from 'node:sqlite';
import timers from 'node:timers/promises';

export type Mode = 'fail' | 'hang' | 'die';

/** What one daemon does. Only calls that the flow causes are counted: what a timer of the daemon causes comes when it likes. */
export class Calls {
  /** In the order in which they were made. */
  readonly made: string[] = [];
  /** What was broken. */
  broken: string | undefined;
  dead = false;
  /** Also what the flow does not cause itself: for one that the daemon's own ticks carry on. */
  everything = false;
  readonly #ends: Array<() => void> = [];
  readonly #open = new Set<Promise<unknown>>();
  #at = -1;
  #mode: Mode = 'fail';

  /** The call of this number is broken, from 0. */
  break(at: number, mode: Mode): void {
    this.#at = at;
    this.#mode = mode;
  }

  run<R>(flow: boolean, work: () => R): R {
    return current.run({ calls: this, flow }, work);
  }

  /** How the call that is made now is broken, if it is. */
  note(name: string, flow: boolean): Mode | undefined {
    if (!flow && !this.everything) return undefined;
    this.made.push(name);
    if (this.made.length - 1 !== this.#at) return undefined;
    this.broken = name;
    return this.#mode;
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

  die(): void {
    if (this.dead) return;
    this.dead = true;
    for (const end of this.#ends.reverse()) end();
  }

  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }
}

const current = new AsyncLocalStorage<{ calls: Calls; flow: boolean }>();
const never = (): Promise<never> => new Promise(() => undefined);

type Any = (this: unknown, ...args: unknown[]) => unknown;

function failure(name: string): Error {
  return Object.assign(new Error(`EIO: the fault loop broke ${name}`), { code: 'EIO', errno: -5, syscall: name });
}

class OfTheDead extends Error {}

/** Of a call that blocks: it cannot hang without all else standing still, so it dies there instead. */
function sync(name: string, real: Any): Any {
  return function (...args) {
    const scope = current.getStore();
    if (!scope) return real.apply(this, args);
    const { calls, flow } = scope;
    if (calls.dead) throw new OfTheDead(name);
    const mode = calls.note(name, flow);
    if (mode === 'fail') throw failure(name);
    const result = mode === 'hang' ? undefined : real.apply(this, args);
    if (mode === undefined) return result;
    calls.die();
    throw new OfTheDead(name);
  };
}

function later(name: string, real: Any): Any {
  return function (...args) {
    const scope = current.getStore();
    if (!scope) return real.apply(this, args);
    const { calls, flow } = scope;
    if (calls.dead) return never();
    const mode = calls.note(name, flow);
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

/** Of the mover: a call in its own right, whose start may fail, never answer, or be the last thing that is done. */
export function asCall<R>(name: string, work: () => Promise<R>): Promise<R> {
  return later(name, work)() as Promise<R>;
}

function replace(target: object, names: readonly string[], label: string, how: (name: string, real: Any) => Any): void {
  const table = target as Record<string, Any>;
  for (const name of names) {
    const real = table[name];
    if (real) table[name] = how(`${label}.${name}`, real);
  }
}

const FILES =
  'access chmod copyFile cp link lstat mkdir mkdtemp open readdir readFile readlink realpath rename rm rmdir stat statfs symlink truncate unlink utimes writeFile'.split(
    ' ',
  );
const FILES_SYNC =
  'accessSync chmodSync closeSync existsSync linkSync mkdirSync openSync readFileSync readSync readdirSync renameSync rmSync statSync unlinkSync writeFileSync writeSync createReadStream createWriteStream'.split(
    ' ',
  );
const HANDLE = 'read write writev readv stat truncate sync datasync readFile writeFile chmod'.split(' ');

/** Watching is nothing that a flow asks for; it ends with who watches. */
function patchWatch(): void {
  const table = promises as unknown as Record<string, Any>;
  const real = table['watch']!;
  table['watch'] = function (path, options) {
    const calls = current.getStore()?.calls;
    if (!calls) return real.call(this, path, options);
    const end = new AbortController();
    calls.atDeath(() => end.abort());
    const { signal, ...rest } = options as { signal: AbortSignal };
    return real.call(this, path, { ...rest, signal: AbortSignal.any([signal, end.signal]) });
  };
}

/** Timers of the dead do not go off. */
function patchTimers(): void {
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const real = globalThis[name] as unknown as (run: Any, ms?: number, ...args: unknown[]) => NodeJS.Timeout;
    const patched = (run: Any, ms?: number, ...args: unknown[]): NodeJS.Timeout => {
      const calls = current.getStore()?.calls;
      if (!calls) return real(run, ms, ...args);
      return real((...given: unknown[]) => (calls.dead ? undefined : run.call(undefined, ...given)), ms, ...args);
    };
    Object.assign(patched, real);
    (globalThis as Record<string, unknown>)[name] = patched;
  }
  const sleep = timers.setTimeout as unknown as Any;
  (timers as unknown as Record<string, Any>)['setTimeout'] = function (...args) {
    const calls = current.getStore()?.calls;
    const work = sleep.apply(this, args) as Promise<unknown>;
    return calls ? work.then((value) => (calls.dead ? never() : value)) : work;
  };
}

function patchNet(): void {
  const listen = (net.Server.prototype as unknown as Record<string, Any>)['listen']!;
  (net.Server.prototype as unknown as Record<string, Any>)['listen'] = sync('net.listen', function (...args) {
    const server = this as net.Server;
    current.getStore()?.calls.atDeath(() => server.close());
    return listen.apply(this, args);
  });
  const connect = (net.Socket.prototype as unknown as Record<string, Any>)['connect']!;
  (net.Socket.prototype as unknown as Record<string, Any>)['connect'] = sync('net.connect', function (...args) {
    const socket = this as net.Socket;
    current.getStore()?.calls.atDeath(() => socket.destroy());
    return connect.apply(this, args);
  });
}

function patchDatabase(): void {
  const { DatabaseSync, StatementSync } = sqlite;
  const table = DatabaseSync.prototype as unknown as Record<string, Any>;
  const exec = sync('sqlite.exec', table['exec']!);
  const close = table['close']!;
  const known = new WeakSet<object>();
  // whoever opens one begins with it
  table['exec'] = function (...args) {
    const database = this as sqlite.DatabaseSync;
    if (!known.has(database)) current.getStore()?.calls.atDeath(() => database.isOpen && close.call(database));
    known.add(database);
    return exec.apply(this, args);
  };
  replace(StatementSync.prototype, ['all', 'run', 'get', 'iterate'], 'sqlite', sync);
}

/** Nobody waits for what the dead were about to do: it may fail unheard. */
function quietDead(): void {
  const heard = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason, promise) => {
    if (!isOfTheDead(reason)) for (const listener of heard) listener(reason, promise);
  });
}

function isOfTheDead(reason: unknown): boolean {
  return reason instanceof OfTheDead || (reason instanceof Error && isOfTheDead(reason.cause));
}

async function patchHandles(): Promise<void> {
  const handle = await promises.open('/dev/null', 'r');
  replace(Object.getPrototypeOf(handle) as object, HANDLE, 'file', later);
  await handle.close();
}

let done: Promise<void> | undefined;
/** Once for a process; a second time does nothing. */
export function patch(): Promise<void> {
  return (done ??= (async (): Promise<void> => {
    await patchHandles();
    replace(promises, FILES, 'fs', later);
    replace(fs, FILES_SYNC, 'fs', sync);
    replace(child, ['spawn', 'spawnSync'], 'process', sync);
    patchTimers();
    patchWatch();
    patchNet();
    patchDatabase();
    quietDead();
    syncBuiltinESMExports();
  })());
}
