// Downloads from a server of the test's own that breaks off, changes what it has, leads elsewhere and never ends.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportOptions } from '../image-store.ts';
import { DirectoryImageStore } from './index.ts';

const CONTENT = Buffer.concat([
  randomBytes(300_000),
  Buffer.alloc(4 * 2 ** 20),
  randomBytes(100_000),
  Buffer.alloc(512 * 1024),
]);
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let root: string;
let server: Server;
let base: string;
let answer: (request: IncomingMessage, reply: ServerResponse) => void;
const asked: Array<string | undefined> = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'onevault-download-'));
  asked.length = 0;
  server = createServer((request, reply) => {
    asked.push(request.headers.range);
    answer(request, reply);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

const get = (path: string, options: ImportOptions = {}) =>
  new DirectoryImageStore(root).importUrl(`${base}${path}`, '', undefined, options);

/** Serves the content; the first reply ends in the middle of it. */
function breaksOff(version: (call: number) => string, content = (_call: number) => CONTENT): typeof answer {
  let call = 0;
  return (request, reply) => {
    call++;
    const tag = version(call);
    const from = request.headers['if-range'] === tag ? Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0) : 0;
    const rest = content(call).subarray(from);
    const headers = { etag: tag, 'content-length': rest.length };
    if (from === 0) reply.writeHead(200, headers);
    else reply.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` });
    if (call > 1) return void reply.end(rest);
    reply.write(rest.subarray(0, 1_000_000), () => reply.destroy());
  };
}

describe('an image from a URL', () => {
  it('is what is there, sparse, and tells how far it is', async () => {
    answer = (_request, reply) => void reply.writeHead(200, { 'content-length': CONTENT.length }).end(CONTENT);
    const seen: Array<[number, number | undefined]> = [];
    const digests = [{ name: 'SHA256' as const, hex: sha256(CONTENT) }];
    const image = await get('/a.img?x=1', { digests, onProgress: (...step) => seen.push(step) });
    expect(image).toMatchObject({ format: 'raw', virtualBytes: CONTENT.length });
    expect((await readFile(image.source)).equals(CONTENT)).toBe(true);
    expect((await stat(image.source)).blocks * 512).toBeLessThan(2 ** 20);
    expect(seen.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
  });

  it('is taken up where the connection broke', async () => {
    answer = breaksOff(() => '"one"');
    const { source } = await get('/a.raw');
    expect((await readFile(source)).equals(CONTENT)).toBe(true);
    expect(asked).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  it('begins again when it has changed meanwhile, or nothing tells whether it has', async () => {
    const other = Buffer.from(CONTENT).fill(7, 0, 1000);
    answer = breaksOff(
      (call) => `"${call}"`,
      (call) => (call === 1 ? CONTENT : other),
    );
    expect((await readFile((await get('/a.raw')).source)).equals(other)).toBe(true);
    answer = breaksOff(() => '');
    expect((await readFile((await get('/a.raw')).source)).equals(CONTENT)).toBe(true);
    expect(asked.at(-1)).toBeUndefined();
  });

  it.each<[string, ImportOptions, RegExp]>([
    [
      'another hash',
      { digests: [{ name: 'MD5', hex: 'a'.repeat(32) }] },
      /its MD5 is [0-9a-f]{32}, and the image says a+/,
    ],
    ['more than there may be', { limitBytes: 2 ** 20 }, /it has 5 MB or more, and .* room for 1 MB/],
    ['an address of this machine', { publicOnly: true }, /127\.0\.0\.1 is an address of this machine/],
  ])('is refused with %s, and leaves nothing', async (_what, options, why) => {
    answer = (_request, reply) => void reply.end(CONTENT);
    await expect(get('/a.raw', options)).rejects.toThrow(why);
    expect(await readdir(root)).toEqual([]);
  });

  it.each([
    ['file:///etc/passwd', /it leads to file:, and may lead to https: or http: only/],
    ['/again', /more than 5 times/],
  ])('does not follow to %s', async (to, why) => {
    answer = (_request, reply) => void reply.writeHead(302, { location: to }).end();
    await expect(get('/again.raw')).rejects.toThrow(why);
  });

  it('follows to where it is', async () => {
    answer = ({ url }, reply) => {
      if (url === '/there') reply.end(CONTENT);
      else reply.writeHead(307, { location: '/there' }).end();
    };
    expect((await get('/here.raw')).virtualBytes).toBe(CONTENT.length);
  });

  it('is asked for once when it is not there, and again when the server is at fault', async () => {
    answer = (_request, reply) => void reply.writeHead(404).end();
    await expect(get('/a.raw')).rejects.toThrow(/download http.*: the server answers 404 Not Found\./);
    expect(asked).toHaveLength(1);
    answer = (_request, reply) => {
      if (asked.length < 3) reply.writeHead(503).end();
      else reply.end(CONTENT);
    };
    await get('/a.raw');
    expect(asked).toHaveLength(3);
  });

  it('can be stopped, and is refused without a format', async () => {
    const stop = new AbortController();
    answer = (_request, reply) => void reply.write('x', () => stop.abort());
    await expect(get('/a.raw', { signal: stop.signal })).rejects.toThrow(/Could not download/);
    expect(await readdir(root)).toEqual([]);
    await expect(get('/a')).rejects.toThrow(/format of \/a cannot be told/);
  });

  it('that is no qcow2 though it says so is refused', async () => {
    answer = (_request, reply) => void reply.end(CONTENT);
    await expect(get('/a.qcow2')).rejects.toThrow(/qcow2/);
    expect(await readdir(root)).toEqual([]);
  });
});
