// Breaks calls under the product, in Node's own modules: files, timers, sockets, the database and programs.
import child, { type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import sqlite from 'node:sqlite';
import timers from 'node:timers/promises';
import { current, failure, isOfTheDead, later, never, sync, type Any } from './calls.ts';

type Table = Record<string, Any>;

function replace(target: object, names: readonly string[], label: string, how: (name: string, real: Any) => Any): void {
  const table = target as Table;
  for (const name of names) {
    const real = table[name];
    if (real) table[name] = how(`${label}.${name}`, real);
  }
}

const FILES =
  'access chmod copyFile cp link lstat mkdir mkdtemp readdir readFile readlink realpath rename rm rmdir stat statfs symlink truncate unlink utimes writeFile'.split(
    ' ',
  );
const FILES_SYNC =
  'accessSync chmodSync closeSync linkSync mkdirSync openSync readFileSync readSync readdirSync renameSync rmSync statSync unlinkSync writeFileSync writeSync'.split(
    ' ',
  );
const HANDLE = 'read write writev readv stat truncate sync datasync readFile writeFile chmod'.split(' ');

function patchFiles(): void {
  replace(promises, FILES, 'fs', later);
  replace(fs, FILES_SYNC, 'fs', sync);
  // one that cannot look says that there is nothing
  replace(fs, ['existsSync'], 'fs', (name, real) => sync(name, real, () => false));
  // the failure comes from the stream
  replace(fs, ['createReadStream', 'createWriteStream'], 'fs', (name, real) =>
    sync(name, real, function (...args) {
      return (real.apply(this, args) as fs.ReadStream).destroy(failure(name));
    }),
  );
  const open = (promises as unknown as Table)['open']!;
  (promises as unknown as Table)['open'] = later('fs.open', async function (...args) {
    const handle = (await open.apply(this, args)) as FileHandle;
    current.getStore()?.calls.handles.add(handle);
    return handle;
  });
}

/** Watching is nothing that a flow asks for; it ends with who watches. */
function patchWatch(): void {
  const table = promises as unknown as Table;
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
      const timer = real(
        (...given: unknown[]) => (calls.dead ? undefined : run.call(undefined, ...given)),
        ms,
        ...args,
      );
      if (name === 'setInterval') calls.atDeath(() => clearInterval(timer));
      return timer;
    };
    Object.assign(patched, real);
    (globalThis as Record<string, unknown>)[name] = patched;
  }
  const sleep = timers.setTimeout as unknown as Any;
  (timers as unknown as Table)['setTimeout'] = function (...args) {
    const calls = current.getStore()?.calls;
    const work = sleep.apply(this, args) as Promise<unknown>;
    return calls ? work.then((value) => (calls.dead ? never() : value)) : work;
  };
}

function patchNet(): void {
  const server = net.Server.prototype as unknown as Table;
  const listen = server['listen']!;
  server['listen'] = sync('net.listen', function (...args) {
    current.getStore()?.calls.atDeath(() => (this as net.Server).close());
    return listen.apply(this, args);
  });
  const socket = net.Socket.prototype as unknown as Table;
  const connect = socket['connect']!;
  socket['connect'] = sync('net.connect', function (...args) {
    current.getStore()?.calls.atDeath(() => (this as net.Socket).destroy());
    return connect.apply(this, args);
  });
  const write = socket['write']!;
  socket['write'] = function (...args) {
    const scope = current.getStore();
    if (!scope || scope.calls.dead) return write.apply(this, args);
    const mode = scope.calls.note('net.write', scope.cause);
    if (mode === 'hang') return true; // it stays in some queue
    if (mode === 'fail') (this as net.Socket).destroy(failure('net.write'));
    const more = mode === 'fail' ? false : write.apply(this, args);
    if (mode === 'die') scope.calls.die();
    return more;
  };
}

function patchDatabase(): void {
  const { DatabaseSync, StatementSync } = sqlite;
  const table = DatabaseSync.prototype as unknown as Table;
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

/** A program that cannot be started says so by an event. What the dead have started loses its stdin. */
function patchPrograms(): void {
  replace(child, ['spawn'], 'process', (name, real) => {
    const spawn: Any = function (...args) {
      const started = real.apply(this, args) as ChildProcess;
      current.getStore()?.calls.atDeath(() => started.stdin?.destroy());
      return started;
    };
    return sync(name, spawn, function (_program, ...rest) {
      return real.call(this, '/nonexistent/the-fault-loop-broke-this', ...rest);
    });
  });
  replace(child, ['spawnSync'], 'process', sync);
}

/** What would have ended the daemon's process. */
export const crashes: string[] = [];

/** Nobody waits for what the dead were about to do: it may fail unheard. */
function hearCrashes(): void {
  const hear = (reason: unknown): void => {
    if (!isOfTheDead(reason)) crashes.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  };
  process.on('unhandledRejection', hear);
  process.on('uncaughtException', hear);
}

async function patchHandles(): Promise<void> {
  const handle = await promises.open('/dev/null', 'r');
  replace(Object.getPrototypeOf(handle) as object, HANDLE, 'file', later);
  await handle.close();
}

/** Once for a process. */
export async function patch(): Promise<void> {
  await patchHandles();
  patchFiles();
  patchTimers();
  patchWatch();
  patchNet();
  patchDatabase();
  patchPrograms();
  hearCrashes();
  syncBuiltinESMExports();
}
