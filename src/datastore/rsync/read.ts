// One file of a backup as a stream. It ends only when the program that reads it says that it gave everything, and when that is what was
// stored; destroying it ends that program.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { start, type Running } from '../../exec/exec.ts';
import { callAgain, endOf, leaseOf, type Site } from './command.ts';
import { damage, failure } from './failure.ts';
import { differenceOf, type StoredFile } from './manifest.ts';
import { shellText } from '../../exec/shell.ts';
import { sshArgv } from '../../exec/ssh.ts';

const BUFFER_BYTES = 1 << 20;

export interface Located {
  /** Absolute path there. */
  path: string;
  /** What the manifest says of it. */
  stored: StoredFile | undefined;
}

/** `locate` finds the file. `what` says what this is for. */
export function readFileThere(site: Site, what: string, locate: (signal: AbortSignal) => Promise<Located>): Readable {
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
  locate: (signal: AbortSignal) => Promise<Located>,
  signal: AbortSignal,
): AsyncIterable<Buffer> {
  const { path, stored } = await locate(signal);
  const { running, first } = await callAgain(signal, () => begin(site, what, ['cat', '--', path], signal));
  const hash = createHash('sha256');
  let bytes = 0;
  if (first !== undefined) {
    for await (const chunk of chunksOf(first, running)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    await requireEnd(site, what, running);
  }
  const wrong = stored && differenceOf(stored, bytes, hash.digest('hex'));
  if (wrong !== undefined) throw damage(what, site, wrong);
}

async function* chunksOf(first: Buffer, { stdout }: Running): AsyncIterable<Buffer> {
  yield first;
  for await (const chunk of stdout) yield chunk as Buffer;
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
  // how it ended is looked at by requireEnd; here it matters only that it did
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
