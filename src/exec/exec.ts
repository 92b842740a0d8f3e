// Runs external programs: always an argument array, never a shell. This is the only place that spawns processes.
// Secrets go into the environment or stdin; argv may appear in errors and logs.
import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { CODE, OneError } from '../model/errors.ts';

/** How much of a program's stderr is kept for its error. */
const STDERR_TAIL = 4096;
/** Most stdout that `run` collects before it gives up on the program. */
const MAX_OUTPUT = 64 * 1024 * 1024;
const KILL_AFTER_MS = 5000;

export interface StartOptions {
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** `env` is all that the program gets: this process's own environment may hold secrets. */
  bareEnv?: boolean;
  signal?: AbortSignal | undefined;
  /** After this the program gets SIGTERM, then SIGKILL. */
  timeoutMs?: number;
  /** Descriptors that the program inherits as 3, 4, ... */
  fds?: number[];
  cwd?: string;
  /** The kernel kills the program when this process dies, however it dies. */
  dieWithParent?: boolean;
  /** The program leads a process group: stopping and killing reach what it has started, and wait for no output of what got away. */
  ownGroup?: boolean;
  /** This process does not wait for the program: it may end while that runs. */
  unref?: boolean;
  stdin?: 'pipe' | 'ignore';
  /** Given what the program writes to stderr, as it comes. */
  onStderr?: (text: string) => void;
}

export interface RunOptions extends StartOptions {
  input?: string;
  /** Exit codes that are answers, not errors. */
  okCodes?: number[];
}

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Exit {
  /** Exit code, or -1 when a signal ended it. */
  code: number;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** Set when it was ended because its time was up. */
  timedOut?: true;
}

export class ExecError extends OneError {
  readonly exit: Exit;

  constructor(argv: readonly string[], exit: Exit, why: string) {
    const said = lastLines(exit.stderr);
    super(CODE.INTERNAL, `${argv.slice(0, 4).join(' ')} ${why}${said === '' ? '.' : `: ${said}`}`);
    this.name = 'ExecError';
    this.exit = exit;
  }
}

/** A program that is running. */
export interface Running {
  readonly pid: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** Settles when the program and its output have ended; rejects only when it could not be started. */
  readonly exit: Promise<Exit>;
  /** SIGTERM now, SIGKILL five seconds later if it is still there. */
  stop(): void;
  /** `alone`: not those that it has started, though it leads a group. */
  kill(signal: NodeJS.Signals, alone?: boolean): void;
}

/** How each program that runs is killed. */
const killers = new Set<(signal: NodeJS.Signals) => void>();

/** Kills every program that this process has started, as it may not let any of them go on. */
export function killAllPrograms(): void {
  for (const kill of killers) kill('SIGKILL');
}

/** Starts a program and leaves its streams to the caller. */
export function start(argv: readonly string[], options: StartOptions = {}): Running {
  const full = options.dieWithParent ? ['setpriv', '--pdeathsig', 'KILL', '--', ...argv] : [...argv];
  const stdio: StdioOptions = [options.stdin ?? 'ignore', 'pipe', 'pipe', ...(options.fds ?? [])];
  const child = spawn(full[0]!, full.slice(1), {
    stdio,
    env: options.bareEnv ? { ...options.env } : { ...process.env, LC_ALL: 'C', ...options.env },
    detached: options.ownGroup ?? false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (options.unref) letGo(child);
  const killAlone = (signal: NodeJS.Signals): void => void child.kill(signal);
  const kill = options.ownGroup ? groupKiller(child) : killAlone;
  killers.add(kill);
  const stop = stopper(child, kill, options.ownGroup ?? false);
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  let timedOut = false;
  const timeUp = (): void => {
    timedOut = true;
    stop();
  };
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(timeUp, options.timeoutMs);
  const exit = exitOf(child, argv, options.onStderr)
    .then((ended): Exit => (timedOut ? { ...ended, timedOut } : ended))
    .finally(() => {
      clearTimeout(timer);
      killers.delete(kill);
      options.signal?.removeEventListener('abort', stop);
    });
  exit.catch(() => undefined); // the caller may only look at stdout; it still sees the rejection through its own await
  return {
    pid: child.pid ?? -1,
    stdin: child.stdin,
    stdout: child.stdout!,
    exit,
    stop,
    kill: (signal, alone = false) => (alone ? killAlone : kill)(signal),
  };
}

/**
 * Runs a program to its end and returns its output. Throws ExecError on any exit code but 0 and `okCodes`, and when it was
 * cancelled, took too long or wrote too much, whatever code it then ended with.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const running = start(argv, { ...options, stdin: options.input === undefined ? 'ignore' : 'pipe' });
  if (options.input !== undefined) {
    running.stdin!.on('error', () => undefined); // the program may end without reading; its exit code tells
    running.stdin!.end(options.input);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  running.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_OUTPUT) running.stop();
    else chunks.push(chunk);
  });
  const exit = await running.exit;
  if (options.signal?.aborted) throw new ExecError(argv, exit, 'was cancelled');
  if (exit.timedOut) throw new ExecError(argv, exit, `did not end within ${(options.timeoutMs ?? 0) / 1000} s`);
  if (size > MAX_OUTPUT) throw new ExecError(argv, exit, `wrote more than ${MAX_OUTPUT / 2 ** 20} MiB`);
  if (exit.code !== 0 && !options.okCodes?.includes(exit.code)) {
    throw new ExecError(argv, exit, exit.signal ? `was ended by ${exit.signal}` : `failed with code ${exit.code}`);
  }
  return { code: exit.code, stdout: Buffer.concat(chunks).toString('utf8'), stderr: exit.stderr };
}

/**
 * Runs a program while this process is exiting, when nothing asynchronous happens any more. It blocks for at most five
 * seconds. True when the program ended with code 0.
 */
export function runAtExit(argv: readonly string[]): boolean {
  const { status } = spawnSync(argv[0]!, argv.slice(1), { stdio: 'ignore', timeout: KILL_AFTER_MS });
  return status === 0;
}

function exitOf(child: ChildProcess, argv: readonly string[], said?: (text: string) => void): Promise<Exit> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_TAIL);
    said?.(text);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'is not installed' : cause.message;
      reject(new OneError(CODE.INTERNAL, `${argv[0]} could not be started: it ${why}.`, { cause }));
    });
    child.once('close', (code, signal) => resolve({ code: code ?? -1, signal, stderr }));
  });
}

/** A group may outlive its leader; it has ended when nobody holds the program's output any more. */
function stopper(child: ChildProcess, kill: (signal: NodeJS.Signals) => void, group: boolean): () => void {
  return () => {
    if (!group && (child.exitCode !== null || child.signalCode !== null)) return;
    kill('SIGTERM');
    const timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
    timer.unref();
    child.once(group ? 'close' : 'exit', () => clearTimeout(timer));
  };
}

/** What left the group may hold the output open for ever: after SIGKILL nobody listens to it. */
function groupKiller(child: ChildProcess): (signal: NodeJS.Signals) => void {
  let closed = false;
  child.once('close', () => (closed = true));
  return (signal) => {
    if (closed || child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // none of the group is left
    }
    if (signal === 'SIGKILL') for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  };
}

/** The event loop no longer counts the program, nor the pipes to it, which are sockets though their types do not say so. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').trim();
}
