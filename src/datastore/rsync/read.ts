// One file of a backup as a stream. It ends only when the program that reads it says that it gave everything; destroying it ends that.
import { Readable } from 'node:stream';
import { start, type Running } from '../../exec/exec.ts';
import { argvThere, callAgain, endOf } from './command.ts';
import type { RsyncConfig } from './config.ts';
import { failure } from './failure.ts';

const BUFFER_BYTES = 1 << 20;

/** `locate` finds the file's absolute path. `what` says what this is for. */
export function readFileThere(
  config: RsyncConfig,
  what: string,
  locate: (signal: AbortSignal) => Promise<string>,
): Readable {
  const stopped = new AbortController();
  const stream = Readable.from(chunks(config, what, locate, stopped.signal), {
    objectMode: false,
    highWaterMark: BUFFER_BYTES,
  });
  stream.once('close', () => stopped.abort());
  return stream;
}

async function* chunks(
  config: RsyncConfig,
  what: string,
  locate: (signal: AbortSignal) => Promise<string>,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  const argv = argvThere(config, ['cat', '--', await locate(signal)]);
  const { running, first } = await callAgain(signal, () => begin(config, what, argv, signal));
  if (first === undefined) return;
  yield first;
  for await (const chunk of running.stdout) yield chunk as Buffer;
  await requireEnd(config, what, running);
}

/** Starts the program and waits for its first bytes: until then it may be started anew. Undefined when there are none. */
async function begin(
  config: RsyncConfig,
  what: string,
  argv: string[],
  signal: AbortSignal,
): Promise<{ running: Running; first: Buffer | undefined }> {
  signal.throwIfAborted();
  const running = start(argv, { dieWithParent: true });
  signal.addEventListener('abort', () => running.kill('SIGKILL'), { once: true });
  const first = await firstChunk(running);
  if (first === undefined) await requireEnd(config, what, running);
  return { running, first };
}

async function firstChunk({ stdout }: Running): Promise<Buffer | undefined> {
  const taken = await new Promise<Buffer | undefined>((resolve) => {
    const take = (): void => {
      const chunk = stdout.read() as Buffer | null;
      if (chunk === null) return;
      stdout.removeListener('readable', take);
      resolve(chunk);
    };
    stdout.on('readable', take);
    stdout.once('close', () => resolve(undefined));
  });
  return taken;
}

async function requireEnd(config: RsyncConfig, what: string, running: Running): Promise<void> {
  const exit = await running.exit.catch(endOf);
  if (exit.code !== 0) throw failure(what, config, exit);
}
