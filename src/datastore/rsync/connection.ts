// One login that the commands of a store share: an ssh that keeps its connection open, behind a socket in a directory of this user alone. It
// begins when it is first needed and ends when it was not needed for a while, or with this process, however that dies.
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { start, type Exit } from '../../exec/exec.ts';
import { masterArgv, type SshTarget } from '../../exec/ssh.ts';

const IDLE_MS = 3000;
const LOOK_MS = 10;
/** sshd lets ten sessions share a connection unless it is told otherwise; what is over that logs in by itself. */
const SESSIONS = 8;
const PREFIX = 'onevault-ssh-';
/** rsync splits its words at spaces, ssh replaces what follows a %, and the kernel takes 107 bytes, of which ssh needs some. */
const USABLE = /^[A-Za-z0-9_@+=:,./-]{1,80}$/;

/** A command's place in the connection, until it is released. */
export interface Lease {
  /** Undefined: the command logs in by itself. */
  socket: string | undefined;
  release(): void;
}

interface Master {
  socket: string;
  stop(): void;
}

export class SharedConnection {
  readonly #target: SshTarget;
  #master: Promise<Master | Exit | undefined> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #leases = 0;

  constructor(target: SshTarget) {
    this.#target = target;
  }

  /** How the login ended when it did not succeed. Stopped by the signal it rejects with its reason. */
  async lease(signal?: AbortSignal): Promise<Lease | Exit> {
    signal?.throwIfAborted();
    clearTimeout(this.#idle);
    const release = this.#counted();
    if (this.#leases > SESSIONS) return { socket: undefined, release };
    try {
      const master = await orAborted((this.#master ??= this.#open()), signal);
      if (master === undefined || 'socket' in master) return { socket: master?.socket, release };
      release();
      return master;
    } catch (error) {
      release();
      throw error;
    }
  }

  #open(): Promise<Master | Exit | undefined> {
    const opening = openMaster(this.#target, () => {
      if (this.#master === opening) this.#master = undefined;
    });
    return opening;
  }

  #counted(): () => void {
    this.#leases++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#leases === 0) this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
    };
  }

  #end(): void {
    const master = this.#master;
    this.#master = undefined;
    void master?.then((opened) => opened !== undefined && 'stop' in opened && opened.stop());
  }
}

/** How it ended when it does not come to listen; undefined when there is no place for a socket. */
async function openMaster(target: SshTarget, onEnd: () => void): Promise<Master | Exit | undefined> {
  sweep();
  const directory = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const removeNow = (): void => rmSync(directory, { recursive: true, force: true });
  const socket = join(directory, 's');
  if (!USABLE.test(socket)) {
    removeNow();
    return undefined;
  }
  process.once('exit', removeNow);
  const running = start(masterArgv(target, socket), { dieWithParent: true, unref: true });
  running.stdout.resume();
  let ended: Exit | undefined;
  void running.exit
    .catch((error: unknown): Exit => ({ code: 127, signal: null, stderr: String(error) }))
    .then((exit) => {
      ended = exit;
      onEnd();
      process.removeListener('exit', removeNow);
      return rm(directory, { recursive: true, force: true });
    });
  while (!existsSync(socket) && ended === undefined) await delay(LOOK_MS);
  return ended ?? { socket, stop: () => running.stop() };
}

/** Removes what processes that were killed have left. What is another user's is let alone. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^onevault-ssh-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const path = join(tmpdir(), name);
    if (lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(path, { recursive: true, force: true });
  }
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}
