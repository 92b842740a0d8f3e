// Starts the mover as a child and speaks its protocol. Closing its stdin is the order to stop: also what happens when this
// process dies, however it dies. Beats tell a mover that this process still runs and can reach it.
import { createInterface } from 'node:readline';
import { CleanStop, CODE, OneError, TrackerLost } from '../model/errors.ts';
import {
  BEAT_EVERY_MS,
  BEAT_LIMIT_SEC,
  type Beat,
  type GivenTask,
  type MoverEvent,
  type MoverTask,
} from '../model/mover-protocol.ts';
import { start } from './exec.ts';
import { moverRates } from './mover-rates.ts';

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

/**
 * Runs one task. Yields its events; ends when the mover has ended. Aborting closes its stdin and waits for its clean-up.
 * `main` is the mover's program.
 */
export async function* runMover(task: MoverTask, signal: AbortSignal, main = MAIN): AsyncIterable<MoverEvent> {
  const streams = STREAMING.has(task.kind);
  const frugal = streams ? ['--max-semi-space-size=1'] : [];
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', ...frugal, main, task.operationId];
  const mover = start(argv, {
    stdin: 'pipe',
    env: { UV_THREADPOOL_SIZE: THREADS, ...(streams && ONE_HEAP) },
  });
  const { stdin } = mover;
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
  let late: NodeJS.Timeout | undefined;
  const stop = (): void => {
    stdin?.end();
    late ??= setTimeout(() => mover.kill('SIGKILL'), STOP_LIMIT_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const line of createInterface({ input: mover.stdout })) yield readEvent(line);
    const exit = await mover.exit;
    if (exit.code !== 0) {
      const how = exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`;
      throw new OneError(CODE.INTERNAL, `The mover ${how} without a result. ${exit.stderr.trim().slice(-500)}`.trim(), {
        retry: true,
      });
    }
  } finally {
    signal.removeEventListener('abort', stop);
    clearInterval(beats);
    unlisten();
    stdin?.end();
    clearTimeout(late);
  }
}

/** Runs a task to its result; events on the way go to `onEvent`. Throws what the mover reports as an error. */
export async function moverResult<R>(
  task: MoverTask,
  signal: AbortSignal,
  onEvent: (event: MoverEvent) => void,
  main?: string,
): Promise<R> {
  let result: R | undefined;
  let failure: OneError | undefined;
  for await (const event of runMover(task, signal, main)) {
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
