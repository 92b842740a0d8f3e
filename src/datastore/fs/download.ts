// Fetches what is at an http or https URL into a file, sparsely. A connection that breaks is taken up where it broke when the server can do
// that, and begun again when not. Redirects lead to http and https alone, and never from https to http.
import { open, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { isPublic, notPublic, publicLookup } from './address.ts';

const TRIES = 5;
const AGAIN_MS = 500;
const SILENT_MS = 60_000;
const MOST_REDIRECTS = 5;
const BLOCK_BYTES = 64 * 1024;
const ZEROES = Buffer.alloc(BLOCK_BYTES);

export interface Download {
  url: string;
  /** What may be written at most. */
  limitBytes: number;
  /** Only from addresses of the internet. */
  publicOnly: boolean;
  signal: AbortSignal;
  /** Called as it goes on; the whole is undefined when the server does not say. */
  onProgress: (bytes: number, wholeBytes: number | undefined) => void;
}

/** It will not come to a better end when it is tried again. */
class Hopeless extends Error {}

/** Writes `path` anew. Throws OneError that says why it could not. */
export async function download(path: string, wanted: Download): Promise<void> {
  const file = await open(path, 'w');
  const so = { bytes: 0, version: '' };
  try {
    for (let tried = 1; ; tried++) {
      const before = so.bytes;
      try {
        await fetchOnce(file, so, wanted);
        return await file.truncate(so.bytes); // a hole at the end is part of it
      } catch (error) {
        wanted.signal.throwIfAborted();
        if (so.bytes > before) tried = 1;
        if (error instanceof Hopeless || tried === TRIES) throw error;
        await delay(AGAIN_MS * tried, undefined, { signal: wanted.signal });
      }
    }
  } catch (cause) {
    throw new OneError(CODE.ACTION, `Could not download ${wanted.url}: ${reasonOf(cause).replace(/\.$/, '')}.`, {
      cause,
    });
  } finally {
    await file.close();
  }
}

/** `so` is how far it has come, and of which version of what is there. */
async function fetchOnce(file: FileHandle, so: { bytes: number; version: string }, wanted: Download): Promise<void> {
  const range = so.bytes > 0 && so.version !== '' ? { range: `bytes=${so.bytes}-`, 'if-range': so.version } : {};
  const reply = await follow(wanted, range);
  try {
    const goesOn =
      reply.statusCode === 206 && reply.headers['content-range']?.startsWith(`bytes ${so.bytes}-`) === true;
    if (reply.statusCode !== 200 && !goesOn) refuseStatus(reply);
    if (!goesOn) {
      so.bytes = 0;
      await file.truncate(0);
    }
    so.version = versionOf(reply);
    const length = lengthOf(reply);
    const whole = length === undefined ? undefined : so.bytes + length;
    if ((whole ?? 0) > wanted.limitBytes) throw tooLarge(whole ?? 0, wanted);
    for await (const chunk of reply) {
      const data = chunk as Buffer;
      if (so.bytes + data.length > wanted.limitBytes) throw tooLarge(so.bytes + data.length, wanted);
      await writeSparsely(file, data, so.bytes);
      so.bytes += data.length;
      wanted.onProgress(so.bytes, whole);
    }
    if (whole !== undefined && so.bytes !== whole) throw new Error(`it ended after ${so.bytes} of ${whole} bytes`);
  } finally {
    reply.destroy();
  }
}

async function follow(wanted: Download, headers: Record<string, string>): Promise<IncomingMessage> {
  let url = new URL(wanted.url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const reply = await ask(url, wanted, headers);
    const to = reply.headers.location;
    if (![301, 302, 303, 307, 308].includes(reply.statusCode ?? 0) || to === undefined) return reply;
    reply.destroy();
    url = redirected(url, to);
  }
  throw new Hopeless(`it leads from one place to another more than ${MOST_REDIRECTS} times`);
}

function redirected(from: URL, to: string): URL {
  const url = URL.canParse(to, from.href) ? new URL(to, from) : undefined;
  const allowed = from.protocol === 'https:' ? ['https:'] : ['https:', 'http:'];
  if (url && allowed.includes(url.protocol)) return url;
  throw new Hopeless(`it leads to ${url?.protocol ?? 'no URL'}, and may lead to ${allowed.join(' or ')} only`);
}

function ask(url: URL, { publicOnly, signal }: Download, headers: Record<string, string>): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (publicOnly && isIP(host) !== 0 && !isPublic(host)) return Promise.reject(new Hopeless(notPublic(host)));
  const options: RequestOptions = {
    ...{ signal, agent: false, timeout: SILENT_MS },
    headers: { 'user-agent': 'OneVault', 'accept-encoding': 'identity', ...headers },
    ...(publicOnly && { lookup: publicLookup }),
  };
  // taken here: an import takes a fifth of the start of every mover, most of which fetch nothing
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    const asked = request(url, options, resolve);
    asked.once('timeout', () => asked.destroy(new Error(`nothing came for ${SILENT_MS / 1000} seconds`)));
    asked.once('error', reject);
    asked.end();
  });
}

function refuseStatus({ statusCode = 0, statusMessage = '' }: IncomingMessage): never {
  const why = `the server answers ${statusCode} ${statusMessage}`.trim();
  // what is wrong with the server may pass, what is wrong with the request does not
  throw statusCode >= 500 || statusCode === 429 || statusCode === 408 ? new Error(why) : new Hopeless(why);
}

/** What tells that the same is there still; empty when nothing does. */
function versionOf({ headers }: IncomingMessage): string {
  const tag = headers.etag ?? '';
  return tag !== '' && !tag.startsWith('W/') ? tag : (headers['last-modified'] ?? '');
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = Number(headers['content-length'] ?? 'none');
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

function tooLarge(bytes: number, { limitBytes }: Download): Hopeless {
  return new Hopeless(`it has ${mb(bytes)} MB or more, and the datastore has room for ${mb(limitBytes)} MB`);
}

/** Blocks of zeroes become holes; the file is as long as it must be when it is done. */
async function writeSparsely(file: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let from = 0; from < data.length;) {
    const to = Math.min(data.length, from + BLOCK_BYTES - ((position + from) % BLOCK_BYTES));
    const block = data.subarray(from, to);
    if (!block.equals(ZEROES.subarray(0, block.length))) await file.write(block, 0, block.length, position + from);
    from = to;
  }
}

function mb(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
