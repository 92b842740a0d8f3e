// The client against a server that answers in any shape the protocol allows, and one that lies.
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { OneError } from '../model/errors.ts';
import { NbdClient, type NbdExtent } from './client.ts';
import { CHUNK, COMMAND, OPTION } from './constants.ts';
import {
  chunk,
  dataChunk,
  errorChunk,
  fakeServer,
  holeChunk,
  optionReply,
  statusChunk,
  uint32,
  type FakeOptions,
  type FakeRequest,
  type FakeServer,
} from '../../tests/nbd/fake-server.ts';

const opened: Array<{ close(): Promise<void> }> = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function serve(options: FakeOptions = {}): Promise<FakeServer> {
  const server = await fakeServer(options);
  opened.push(server);
  return server;
}

async function open(options: FakeOptions = {}, timeoutMs = 5000): Promise<NbdClient> {
  const server = await serve(options);
  const metaContexts = options.contexts ?? [];
  const client = await NbdClient.connect({ socket: server.socket, exportName: 'vda', metaContexts, timeoutMs });
  opened.push(client);
  return client;
}

/** The error of a promise that must reject, within the test's time. */
async function errorOf(promise: Promise<unknown>): Promise<OneError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OneError);
  return error as OneError;
}

/** The content of the honest export. */
const content = Buffer.from(Array.from({ length: 65536 }, (_, index) => (index * 31) & 255));

function contentOf({ offset, length }: FakeRequest): Buffer {
  return content.subarray(offset, offset + length);
}

function answer(request: FakeRequest, socket: Socket): void {
  socket.write(dataChunk(request.cookie, request.offset, contentOf(request), true));
}

async function listed(extents: AsyncIterable<NbdExtent>): Promise<NbdExtent[]> {
  const list: NbdExtent[] = [];
  for await (const extent of extents) list.push(extent);
  return list;
}

describe('reading', () => {
  it('reads into the given memory, several at once and answered in another order', async () => {
    const waiting: FakeRequest[] = [];
    const client = await open({
      request: (request, socket) => {
        waiting.push(request);
        if (waiting.length === 3) for (const one of waiting.reverse()) answer(one, socket);
      },
    });
    const buffers = [Buffer.alloc(100), Buffer.alloc(20_000), Buffer.alloc(7)];
    await Promise.all(buffers.map((into, index) => client.read(index * 1000, into)));
    buffers.forEach((into, index) =>
      expect(into.equals(content.subarray(index * 1000, index * 1000 + into.length))).toBe(true),
    );
  });

  it('takes chunks of any kind, split and ordered as the server likes, whatever pieces they arrive in', async () => {
    const part = fc.record({ length: fc.integer({ min: 1, max: 5000 }), hole: fc.boolean() });
    const shape = fc.record({
      parts: fc.array(part, { minLength: 1, maxLength: 12 }),
      seed: fc.integer(),
      cut: fc.integer({ min: 1, max: 9000 }),
    });
    let send: (request: FakeRequest, socket: Socket) => void = answer;
    const client = await open({ request: (request, socket) => send(request, socket) });
    await fc.assert(
      fc.asyncProperty(shape, async ({ parts, seed, cut }) => {
        const total = parts.reduce((sum, one) => sum + one.length, 0);
        const expected = Buffer.from(content.subarray(0, total));
        send = (request, socket) => {
          let at = 0;
          const chunks = parts.map(({ length, hole }) => {
            const offset = at;
            at += length;
            if (hole) expected.fill(0, offset, at);
            return hole
              ? holeChunk(request.cookie, offset, length)
              : dataChunk(request.cookie, offset, content.subarray(offset, at));
          });
          shuffle(chunks, seed);
          const bytes = Buffer.concat([...chunks, chunk(request.cookie, CHUNK.NONE, Buffer.alloc(0), true)]);
          for (let from = 0; from < bytes.length; from += cut) socket.write(bytes.subarray(from, from + cut));
        };
        const into = Buffer.alloc(total, 0xee);
        await client.read(0, into);
        expect(into.equals(expected)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('splits a read at the most the server takes, and aligns it to its blocks', async () => {
    const server = await serve({ blockSizes: [512, 4096, 8192], request: answer });
    const client = await NbdClient.connect({ socket: server.socket, exportName: 'vda' });
    opened.push(client);
    const into = Buffer.alloc(20_001);
    await client.read(777, into);
    expect(into.equals(content.subarray(777, 777 + into.length))).toBe(true);
    for (const { offset, length } of server.requests)
      expect([offset % 512, length % 512, length <= 8192]).toEqual([0, 0, true]);
  });

  it('rejects one request alone when the server reports an error', async () => {
    const client = await open({
      request: (request, socket) => {
        if (request.offset !== 4096) return answer(request, socket);
        socket.write(dataChunk(request.cookie, 4096, Buffer.alloc(10)));
        socket.write(errorChunk(request.cookie, 5, 'bad sector', false, 4106));
        socket.write(errorChunk(request.cookie, 12, '', true));
      },
    });
    const [bad, good] = await Promise.allSettled([
      client.read(4096, Buffer.alloc(64)),
      client.read(0, Buffer.alloc(64)),
    ]);
    expect(good.status).toBe('fulfilled');
    const { message } = (bad as PromiseRejectedResult).reason as OneError;
    expect(message).toMatch(
      /^Could not read 64 bytes at 4096 of export "vda" on .*nbd.sock: the server reported EIO \(bad sector\)\.$/,
    );
  });

  it('takes a simple reply as an error', async () => {
    const client = await open({
      request: ({ cookie }, socket) =>
        socket.write(Buffer.concat([uint32(0x67446698), uint32(22), uint32(0), uint32(cookie)])),
    });
    expect((await errorOf(client.read(0, Buffer.alloc(8)))).message).toContain('EINVAL');
  });

  it('refuses what lies outside the export without asking', async () => {
    const client = await open();
    expect((await errorOf(client.read(65530, Buffer.alloc(7)))).message).toContain('it ends at 65536');
    expect((await errorOf(client.read(-1, Buffer.alloc(7)))).message).toContain('read 7 bytes at -1');
    await client.read(65536, Buffer.alloc(0));
  });
});

describe('extents', () => {
  it('merges, follows continuations and drops what reaches beyond the question', async () => {
    const flagsAt = (offset: number): number => (offset < 3000 ? 3 : offset < 40_000 ? 0 : 1);
    const client = await open({
      contexts: ['base:allocation', 'qemu:dirty-bitmap:b'],
      request: ({ cookie, offset }, socket) => {
        const extents: Array<[number, number]> = [
          [1000, flagsAt(offset)],
          [1000, flagsAt(offset + 1000)],
        ];
        socket.write(statusChunk(cookie, 2, [[100_000, 7]]));
        socket.write(statusChunk(cookie, 1, extents, true));
      },
    });
    expect(await listed(client.extents('base:allocation'))).toEqual([
      { offset: 0, length: 3000, flags: 3 },
      { offset: 3000, length: 37_000, flags: 0 },
      { offset: 40_000, length: 25_536, flags: 1 },
    ]);
    expect(await listed(client.extents('qemu:dirty-bitmap:b', 100, 9))).toEqual([{ offset: 100, length: 9, flags: 7 }]);
    expect(await listed(client.extents('base:allocation', 5, 0))).toEqual([]);
    expect(client.contexts).toEqual(['base:allocation', 'qemu:dirty-bitmap:b']);
  });

  it('names a context that the server does not have', async () => {
    const client = await open({ contexts: ['base:allocation'] });
    const error = await errorOf(listed(client.extents('qemu:dirty-bitmap:gone')));
    expect(error.message).toMatch(/"qemu:dirty-bitmap:gone".*does not have this meta context/);
  });

  it('rejects extents that are empty, unasked, doubled or missing', async () => {
    const lies: Array<[string, (cookie: number) => Buffer[]]> = [
      ['not asked for', (c) => [statusChunk(c, 1, [[0, 0]], true)]],
      ['not asked for', (c) => [statusChunk(c, 1, [[65536, 0], [1, 0]], true)]],
      ['not asked for', (c) => [statusChunk(c, 9, [[65536, 0]], true)]],
      ['twice', (c) => [statusChunk(c, 1, [[65536, 0]]), statusChunk(c, 1, [[65536, 0]], true)]],
      ['without extents', (c) => [chunk(c, CHUNK.NONE, Buffer.alloc(0), true)]],
      ['with data', (c) => [dataChunk(c, 0, Buffer.alloc(9), true)]],
      ['extents of 7 bytes', (c) => [chunk(c, CHUNK.BLOCK_STATUS, Buffer.alloc(7), true)]],
    ]; // prettier-ignore
    for (const [why, bytes] of lies) {
      const client = await open({
        contexts: ['base:allocation'],
        request: ({ cookie }, socket) => socket.write(Buffer.concat(bytes(cookie))),
      });
      expect((await errorOf(listed(client.extents('base:allocation')))).message).toContain(why);
    }
  });
});

describe('a server that breaks the protocol', () => {
  const huge = (c: number, type: number): Buffer => {
    const bytes = chunk(c, type, Buffer.alloc(8));
    bytes.writeUInt32BE(0xffffffff, 16);
    return bytes;
  };
  const lies: Array<[string, string, (cookie: number, socket: Socket) => Buffer]> = [
    ['answers with a bad magic number', 'bad magic number', () => Buffer.alloc(64, 1)],
    ['answers what was not asked', 'was not made', (c) => dataChunk(c + 50, 0, Buffer.alloc(8), true)],
    ['sends data before the request', 'not asked for', (c) => dataChunk(c, 0, Buffer.alloc(8), true)],
    ['sends data behind the request', 'not asked for', (c) => dataChunk(c, 4090, Buffer.alloc(8192), true)],
    ['announces 4 GiB of data', 'not asked for', (c) => huge(c, CHUNK.OFFSET_DATA)],
    ['announces 4 GiB of extents', 'extents of', (c) => huge(c, CHUNK.BLOCK_STATUS)],
    ['announces 4 GiB of error', 'error of', (c) => huge(c, CHUNK.ERROR)],
    [
      'sends an error longer than its chunk',
      'longer than its chunk',
      (c) => chunk(c, CHUNK.ERROR, Buffer.alloc(6, 9), true),
    ],
    ['sends data twice', 'twice', (c) => Buffer.concat([1, 2].map(() => dataChunk(c, 4096, Buffer.alloc(4096))))],
    ['sends too little', 'before all bytes', (c) => dataChunk(c, 4096, Buffer.alloc(4095), true)],
    ['sends a data chunk without data', 'without data', (c) => dataChunk(c, 4096, Buffer.alloc(0), true)],
    ['sends an empty hole', 'not asked for', (c) => holeChunk(c, 4096, 0, true)],
    ['sends a hole outside', 'not asked for', (c) => holeChunk(c, 0, 2 ** 32 - 1, true)],
    ['sends empty chunks without end', 'not the last one', (c) => chunk(c, CHUNK.NONE, Buffer.alloc(0))],
    ['sends an unknown chunk', 'unknown type 77', (c) => chunk(c, 77, Buffer.alloc(4), true)],
    ['answers a read with extents', 'with extents', (c) => statusChunk(c, 1, [[4096, 0]], true)],
    [
      'sends errors without end',
      'without end',
      (c) => Buffer.concat(Array.from({ length: 300 }, () => errorChunk(c, 5, 'x'))),
    ],
    ['answers without structure', 'without structure', (c) => Buffer.concat([0x67446698, 0, 0, c].map(uint32))],
    [
      'sends crumbs',
      'crumbs',
      (c) => Buffer.concat(Array.from({ length: 1100 }, (_, i) => holeChunk(c, 4096 + 2 * i, 1))),
    ],
  ];
  it.each(lies)('%s: all that is pending rejects', async (_, why, lie) => {
    const client = await open({
      request: (request, socket) => {
        if (request.offset === 4096) socket.write(lie(request.cookie, socket));
      },
    });
    const reads = [client.read(4096, Buffer.alloc(4096)), client.read(16384, Buffer.alloc(512))].map(errorOf);
    const [first, second] = await Promise.all(reads);
    expect(first?.message).toContain(why);
    expect(second?.message).toMatch(/^Could not read 512 bytes at 16384 of export "vda" on .*nbd.sock: /);
    expect((await errorOf(client.read(0, Buffer.alloc(1)))).message).toContain(why);
    await client.close();
  });

  it('dies in the middle of a reply', async () => {
    const client = await open({
      request: ({ cookie }, socket) => socket.end(dataChunk(cookie, 0, Buffer.alloc(4096), true).subarray(0, 1000)),
    });
    expect((await errorOf(client.read(0, Buffer.alloc(4096)))).message).toContain('the server closed the connection');
  });

  it('falls silent', async () => {
    const client = await open({}, 100);
    await sleep(250); // silence is no fault while nothing is asked
    expect((await errorOf(client.read(0, Buffer.alloc(16)))).message).toContain('did not answer within 100 ms');
  });
});

describe('opening', () => {
  async function refusedWith(options: FakeOptions): Promise<OneError> {
    const server = await serve(options);
    return errorOf(
      NbdClient.connect({ socket: server.socket, exportName: 'vdz', metaContexts: ['x:y'], timeoutMs: 200 }),
    );
  }
  const on = (wanted: number, reply: Buffer): FakeOptions => ({
    option: (code) => (code === wanted ? reply : undefined),
  });

  it('names the export and the refusal', async () => {
    const refusal = optionReply(OPTION.GO, 0x80000006, Buffer.from("export 'vdz' not present"));
    const error = await refusedWith(on(OPTION.GO, refusal));
    expect(error.message).toMatch(/^Could not open export "vdz" on .*nbd.sock: .*ERR_UNKNOWN.*not present/);
    expect(error.hint).toBe('Check the name of the export.');
  });

  const wrong: Array<[string, FakeOptions]> = [
    ['did not greet', { greeting: Buffer.alloc(18, 7) }],
    ['fixed newstyle', { greeting: Buffer.from('NBDMAGICIHAVEOPT\0\0') }],
    ['structured replies', on(OPTION.STRUCTURED_REPLY, optionReply(OPTION.STRUCTURED_REPLY, 0x80000001))],
    ['bad magic', on(OPTION.STRUCTURED_REPLY, Buffer.alloc(20))],
    ['not asked', on(OPTION.SET_META_CONTEXT, optionReply(OPTION.GO, 1))],
    ['ERR_POLICY', on(OPTION.SET_META_CONTEXT, optionReply(OPTION.SET_META_CONTEXT, 0x80000002))],
    ['nonsense', on(OPTION.SET_META_CONTEXT, acknowledged(OPTION.SET_META_CONTEXT, 4, Buffer.alloc(2)))],
    ['reply of 9000 bytes', on(OPTION.GO, optionReply(OPTION.GO, 3, Buffer.alloc(9000)))],
    ['the size', on(OPTION.GO, optionReply(OPTION.GO, 1))],
    ['claims an export', on(OPTION.GO, acknowledged(OPTION.GO, 3, Buffer.alloc(12, 255).fill(0, 0, 2)))],
    ['block sizes', { blockSizes: [3, 4096, 65536] }],
    ['block sizes', { blockSizes: [4096, 4096, 0] }],
    [
      '256 replies',
      on(OPTION.GO, Buffer.concat(Array.from({ length: 300 }, () => optionReply(OPTION.GO, 3, Buffer.alloc(12))))),
    ],
    ['within 200 ms', on(OPTION.GO, Buffer.alloc(0))],
    ['within 200 ms', { greeting: Buffer.from('NBD') }],
  ];
  it.each(wrong)('rejects with "%s"', async (why, options) => {
    expect((await refusedWith(options)).message).toContain(why);
  });

  it('says that there is no socket', async () => {
    const error = await errorOf(NbdClient.connect({ socket: '/nonexistent/nbd.sock', exportName: 'a' }));
    expect(error.message).toBe('Could not open export "a" on /nonexistent/nbd.sock: the socket does not exist.');
    const long = `/tmp/${'x'.repeat(200)}`;
    await expect(NbdClient.connect({ socket: long, exportName: 'a' })).rejects.toThrow(
      'Could not open export "a" on /tmp/xxx',
    );
  });

  it('can be cancelled before, while and after it opens', async () => {
    expect((await errorOf(connectWith(AbortSignal.abort(), {}))).message).toContain('cancelled');
    const during = new AbortController();
    const opening = connectWith(during.signal, { greeting: Buffer.from('N') });
    setTimeout(() => during.abort(), 20);
    expect((await errorOf(opening)).message).toContain('cancelled');
    const after = new AbortController();
    const client = await connectWith(after.signal, {});
    const read = client.read(0, Buffer.alloc(10));
    after.abort();
    expect((await errorOf(read)).message).toContain('cancelled');
  });

  async function connectWith(signal: AbortSignal, options: FakeOptions): Promise<NbdClient> {
    const server = await serve(options);
    return NbdClient.connect({ socket: server.socket, exportName: 'a', signal });
  }
});

describe('closing', () => {
  it('takes leave and may be repeated', async () => {
    const server = await serve();
    const client = await NbdClient.connect({ socket: server.socket, exportName: 'vda' });
    await Promise.all([client.close(), client.close()]);
    await client.close();
    expect(server.requests.at(-1)?.command).toBe(COMMAND.DISC);
    expect((await errorOf(client.read(0, Buffer.alloc(10)))).message).toContain('closed');
  });

  it('rejects what is pending and leaves its memory alone', async () => {
    let late: (() => void) | undefined;
    const client = await open({ request: (request, socket) => (late = () => answer(request, socket)) });
    const into = Buffer.alloc(10, 0xee);
    const read = errorOf(client.read(1000, into));
    while (!late) await sleep(5);
    await client.close();
    late();
    expect((await read).message).toContain('the connection was closed');
    await sleep(20);
    expect(into.every((byte) => byte === 0xee)).toBe(true);
  });
});

function acknowledged(code: number, type: number, payload: Buffer<ArrayBuffer>): Buffer {
  return Buffer.concat([optionReply(code, type, payload), optionReply(code, 1)]);
}

function shuffle(list: Buffer[], seed: number): void {
  let state = seed;
  list.sort(() => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return (state >> 16) & 1 ? 1 : -1;
  });
}
