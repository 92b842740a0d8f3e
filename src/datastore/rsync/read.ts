// One file of a backup as a stream. It ends only when the program that reads it says that it gave everything; destroying it ends that.
import { Readable } from 'node:stream';
import { start, type Running } from '../../exec/exec.ts';
import { callAgain, endOf, leaseOf, type Site } from './command.ts';
import { failure } from './failure.ts';
import { shellText } from './shell.ts';
import { sshArgv } from '../ssh.ts';

const BUFFER_BYTES = 1 << 20;

/** `locate` finds the file's absolute path. `what` says what this is for. */
export function readFileThere(site: Site, what: string, locate: (signal: AbortSignal) => Promise<string>): Readable {
  const stopped = new AbortController();
  const stream = Readable.from(chunks(site, what, locate, stopped.signal), {
    objectMode: false,
    highWaterMark: BUFFER_BYTES,
  });
  stream.once('close', () => stopped.abort());
  return stream;
}

async function* chunks(
  site: Site,
  what: string,
  locate: (signal: AbortSignal) => Promise<string>,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  const command = ['cat', '--', await locate(signal)];
  const { running, first } = await callAgain(signal, () => begin(site, what, command, signal));
  if (first === undefined) return;
  yield first;
  for await (const chunk of running.stdout) yield chunk as Buffer;
  await requireEnd(site, what, running);
}

/** Starts the program and waits for its first bytes: until then it may be started anew. Undefined when there are none. */
async function begin(
  site: Site,
  what: string,
  command: string[],
  signal: AbortSignal,
): Promise<{ running: Running; first: Buffer | undefined }> {
  const lease = await leaseOf(site, what, signal);
  const argv = site.ssh === null ? command : sshArgv(site.ssh, shellText([command]), lease.socket);
  const running = start(argv, { dieWithParent: true });
  void running.exit.catch(() => undefined).then(() => lease.release());
  const stop = (): void => running.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const first = await firstChunk(running);
  if (first === undefined) await requireEnd(site, what, running);
  return { running, first };
}

async function firstChunk({ stdout }: Running): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const take = (): void => {
      const chunk = stdout.read() as Buffer | null;
      if (chunk === null) return;
      stdout.removeListener('readable', take);
      resolve(chunk);
    };
    stdout.on('readable', take);
    stdout.once('close', () => resolve(undefined));
  });
}

async function requireEnd(site: Site, what: string, running: Running): Promise<void> {
  const exit = await running.exit.catch(endOf);
  if (exit.code !== 0) throw failure(what, site, exit);
}
