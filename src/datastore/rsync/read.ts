// One file of a backup as a stream. It ends only when the program that reads it says that it gave everything, and when that is what was
// stored; destroying it ends that program.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { start, type Running } from '../../exec/exec.ts';
import { OneError, reasonOf } from '../../model/errors.ts';
import { callAgain, endOf, leaseOf, type Site } from './command.ts';
import type { Lease } from './connection.ts';
import { openInside } from '../inside.ts';
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
  const { running, first } = await callAgain(signal, () => begin(site, what, path, signal));
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

/** A link in a directory of this machine would lead to files of this machine; on another one they are its own. */
async function reader(
  site: Site,
  what: string,
  path: string,
  signal: AbortSignal,
): Promise<Running & Pick<Lease, 'release'>> {
  if (site.ssh === null) {
    const file = await openInside(site.path, path).catch((error: unknown) => {
      throw error instanceof OneError ? error : failure(what, site, { code: 1, stderr: reasonOf(error) });
    });
    const running = start(['cat', '--', '/dev/fd/3'], { dieWithParent: true, fds: [file.fd] });
    return { ...running, release: () => void file.close() };
  }
  const lease = await leaseOf(site, what, signal);
  const argv = sshArgv(site.ssh, shellText([['cat', '--', path]]), lease.socket);
  return { ...start(argv, { dieWithParent: true }), release: () => lease.release() };
}

/** Starts the program and waits for its first bytes: until then it may be started anew. Undefined when there are none. */
async function begin(
  site: Site,
  what: string,
  path: string,
  signal: AbortSignal,
): Promise<{ running: Running; first: Buffer | undefined }> {
  const running = await reader(site, what, path, signal);
  // how it ended is looked at by requireEnd; here it matters only that it did
  void running.exit.catch(() => undefined).then(() => running.release());
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
