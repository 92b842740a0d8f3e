// Starts the mover as a child and speaks its protocol. Closing its stdin is the order to stop: also what happens when this
// process dies, however it dies. Beats tell a mover that this process still runs and can reach it.
import { randomBytes } from 'node:crypto';
import { CleanStop, CODE, ConnectionLost, OneError, TrackerLost } from '../model/errors.ts';
import {
  BEAT_EVERY_MS,
  BEAT_LIMIT_SEC,
  type Beat,
  type GivenTask,
  type MoverEvent,
  type MoverTask,
} from '../model/mover-protocol.ts';
import { boundedLines } from './bounded-lines.ts';
import { start, type Exit, type Running } from './exec.ts';
import { Listening } from './listening.ts';
import { moverRates } from './mover-rates.ts';

/** Stands beside the id of the run in the arguments of every mover that this process starts, here or elsewhere. */
export const STARTER = randomBytes(8).toString('hex');

const MAIN = new URL('../mover/main.ts', import.meta.url).pathname;
/** Device readers of the FUSE server and file reads each hold a thread of this pool. */
const THREADS = '16';
/**
 * These pass streams on, each piece forgotten at once: with a small young generation the pieces are let go sooner, which halves the
 * memory of a restore.
 */
const STREAMING = new Set<MoverTask['kind']>(['flatten', 'verify', 'restore']);
/** Of the C library: else each thread that reads keeps what it has freed for itself. */
const ONE_HEAP = { MALLOC_ARENA_MAX: '1' };
/** A mover that was told to stop has this long to take everything back; a clean-up goes on where it is killed. */
const STOP_LIMIT_MS = 15_000;

/** Where a mover runs: this machine, or another that is reached through a program which passes stdin and stdout on. */
export interface MoverPlace {
  /** The arguments that start Node with `args` and these variables there. */
  argv: (args: readonly string[], env: Readonly<Record<string, string>>) => string[];
  /** Path of the mover's program there. */
  main: string;
  /** What another machine is called in errors; undefined for this one. */
  elsewhere?: string;
  /** Added to the environment of the program that reaches it. */
  env?: Record<string, string>;
}

/** ssh ends with it when the connection could not be made, or was lost. */
const SSH_LOST = 255;

/**
 * Runs one task. Yields its events; ends when the mover has ended. Aborting closes its stdin and waits for its clean-up. A mover on
 * another machine that cannot be reached any more is a ConnectionLost: it stops by itself then.
 */
export async function* runMover(
  task: MoverTask,
  signal: AbortSignal,
  place: string | MoverPlace = MAIN,
): AsyncIterable<MoverEvent> {
  const mover = startMover(task, typeof place === 'string' ? { argv: here, main: place } : place);
  const elsewhere = typeof place === 'string' ? undefined : place.elsewhere;
  const stopWriting = tellBeats(mover, task);
  // nothing says that a connection leads nowhere any more, but the silence
  const state = { ended: false, silent: false };
  let listening: Listening | undefined;
  let late: NodeJS.Timeout | undefined;
  const stop = (): void => {
    stopWriting();
    late ??= setTimeout(() => mover.kill('SIGKILL'), STOP_LIMIT_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const line of boundedLines(mover.stdout)) {
      const event = readEvent(line);
      listening ??= new Listening(elsewhere === undefined ? undefined : BEAT_LIMIT_SEC, () => {
        state.silent = true;
        mover.kill('SIGKILL');
      });
      listening.heard();
      state.ended ||= event.type === 'result' || event.type === 'error';
      if (event.type !== 'beat') yield event;
    }
    const exit = await mover.exit;
    const cut = state.silent || (elsewhere !== undefined && exit.code === SSH_LOST);
    if (cut && !state.ended) throw lost(elsewhere ?? '', exit.stderr);
    if (exit.code !== 0 && !cut) throw endedBadly(exit);
  } finally {
    signal.removeEventListener('abort', stop);
    listening?.end();
    stopWriting();
    clearTimeout(late);
  }
}

function here(args: readonly string[]): string[] {
  return [process.execPath, ...args];
}

function startMover(task: MoverTask, { argv, main, env = {} }: MoverPlace): Running {
  const streams = STREAMING.has(task.kind);
  const frugal = streams ? ['--max-semi-space-size=1'] : [];
  const args = ['--disable-warning=ExperimentalWarning', ...frugal, main, task.operationId, STARTER];
  const own = { UV_THREADPOOL_SIZE: THREADS, ...(streams && ONE_HEAP) };
  return start(argv(args, own), { stdin: 'pipe', env: { ...own, ...env } });
}

/** Gives the mover its task, and beats from then on. Returns what closes its stdin. */
function tellBeats({ stdin }: Running, task: MoverTask): () => void {
  stdin?.on('error', () => undefined); // a mover that died early tells by its exit
  const write = (line: GivenTask | Beat): void => {
    if (stdin?.writable) stdin.write(`${JSON.stringify(line)}\n`);
  };
  write({ ...task, beatSec: BEAT_LIMIT_SEC });
  let beat = 0;
  const tell = (): void => write({ beat: ++beat, bytesPerSec: moverRates.of(task.operationId) });
  const beats = setInterval(tell, BEAT_EVERY_MS);
  const unlisten = moverRates.listen(task.operationId, tell);
  if (moverRates.of(task.operationId) !== null) tell(); // before its first byte
  return () => {
    clearInterval(beats);
    unlisten();
    stdin?.end();
  };
}

function lost(where: string, said: string): ConnectionLost {
  const why = said.trim().split('\n').at(-1)?.trim() ?? '';
  return new ConnectionLost(
    `The connection to ${where} was lost while the run was under way${why === '' ? '.' : `: ${why}`}`,
    { hint: 'The run stops over there by itself. What it left is cleaned up when the host is back.' },
  );
}

function endedBadly(exit: Exit): OneError {
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`;
  const said = exit.stderr.trim().slice(-500);
  return new OneError(CODE.INTERNAL, `The mover ${how} without a result. ${said}`.trim(), { retry: true });
}

/** Runs a task to its result; events on the way go to `onEvent`. Throws what the mover reports as an error. */
export async function moverResult<R>(
  task: MoverTask,
  signal: AbortSignal,
  onEvent: (event: MoverEvent) => void,
  place?: string | MoverPlace,
): Promise<R> {
  let result: R | undefined;
  let failure: OneError | undefined;
  for await (const event of runMover(task, signal, place)) {
    if (event.type === 'result') result = event.result as R;
    else if (event.type === 'error') {
      failure = errorOf(event);
    } else onEvent(event);
  }
  if (failure) throw failure;
  if (result === undefined) throw new OneError(CODE.INTERNAL, 'The mover ended without a result.', { retry: true });
  return result;
}

function errorOf(event: Extract<MoverEvent, { type: 'error' }>): OneError {
  const { message, retry, hint } = event;
  if (event.clean) return new CleanStop(message, { hint });
  return event.trackerLost ? new TrackerLost(message, { hint }) : new OneError(CODE.INTERNAL, message, { retry, hint });
}

function readEvent(line: string): MoverEvent {
  try {
    return JSON.parse(line) as MoverEvent;
  } catch (cause) {
    throw new OneError(CODE.INTERNAL, `The mover wrote something that is no event: ${line.slice(0, 200)}`, { cause });
  }
}
