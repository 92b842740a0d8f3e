// A machine that lies: whatever it sends, the question ends with an answer or a OneError.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OneError } from '../model/errors.ts';
import { ApplianceSession } from './session.ts';

const place = { volume: { device: 'vda1', fs: 'ext4' }, path: Buffer.from('/a'), what: '"/a" in image 3' };

const frame = (kind: string, body: Buffer | string = ''): Buffer => {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5, kind);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};
const entry = (name: string, size: number, target = ''): Buffer => {
  const head = Buffer.alloc(22);
  head.writeUInt32BE(0o100644, 0);
  head.writeBigUInt64BE(BigInt(size), 4);
  head.writeBigInt64BE(-5n, 12);
  head.writeUInt16BE(name.length, 20);
  return frame('E', Buffer.concat([head, Buffer.from(name + target)]));
};
const volume = (...parts: string[]): Buffer => frame('V', parts.join('\0'));
const END = frame('.');

let server: Server;
let next: (socket: Socket) => void = () => undefined;
const path = join(tmpdir(), `onevault-${randomUUID()}.sock`);
beforeAll(async () => {
  server = createServer((socket) => next(socket)).listen(path);
  await once(server, 'listening');
});
afterAll(() => void server.close());

/** A session with a machine that answers every question with these bytes; `end` says that it goes away after them. */
async function session(answer: Buffer, end = false, answerMs = 5000): Promise<ApplianceSession> {
  next = (socket) => {
    socket.on('error', () => undefined).on('data', () => (end ? socket.end(answer) : socket.write(answer)));
  };
  const socket = connect(path);
  await once(socket, 'connect');
  return new ApplianceSession(socket, answerMs);
}

async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of entries) found.push(one);
  return found;
}

describe('what is right', () => {
  it('volumes', async () => {
    const good = Buffer.concat([
      volume('disk.0', 'p1', 'vda1', '1024', 'ext4', 'my\nroot'),
      volume('lvm', 'vg0-root', 'dm-0', '5', '', ''),
      END,
    ]);
    const asked = await session(good);
    expect(await asked.volumes()).toEqual([
      { disk: 'disk.0', name: 'p1', device: 'vda1', bytes: 1024, fs: 'ext4', label: Buffer.from('my\nroot') },
      { disk: 'lvm', name: 'vg0-root', device: 'dm-0', bytes: 5, fs: '', label: Buffer.from('') },
    ]);
    expect(asked.asked).toBe(false);
    asked.close();
  });

  it('entries, and a file whose last bytes come when the answer has ended', async () => {
    const asked = await session(Buffer.concat([entry('a', 3), frame('D', 'ab'), frame('D', 'c'), END]));
    const parts: unknown[] = [];
    for await (const part of asked.read(place))
      parts.push(Buffer.isBuffer(part) ? [part.toString(), asked.asked] : part.size);
    expect(parts).toEqual([3, ['ab', true], ['c', false]]);
    asked.close();
    const other = await session(Buffer.concat([entry('link', 9, '/etc'), END]));
    expect(await other.stat(place)).toMatchObject({
      name: Buffer.from('link'),
      mtime: -5,
      target: Buffer.from('/etc'),
    });
    other.close();
  });
});

it.each([
  [
    'an error of the guest',
    frame('X', 'Input/output \u001b[31merror'),
    /Could not read "\/a" in image 3: Input\/output \\x1b\[31merror\./,
  ],
  ['no such file', frame('X', 'No such file or directory'), /No such file or directory\./],
  ['a frame that is too long', Buffer.from('D\xff\xff\xff\xff', 'latin1'), /a frame of an unknown form/],
  ['a frame that nobody knows', frame('Q'), /a frame of an unknown form/],
  ['an entry that is too short', frame('E', 'x'), /an entry that is too short/],
  ['a name that ends behind the entry', entry('abc', 1).fill(0xff, 25, 27), /an entry whose name is too long/],
  ['a size that no number holds', entry('a', 1).fill(0x7f, 9, 17), /impossible size or time/],
  ['bytes instead of an entry', frame('D', 'abc'), /something that is no entry/],
  ['more bytes than there are', Buffer.concat([entry('a', 2), frame('D', 'abc')]), /bytes that nobody asked for/],
  ['fewer bytes than there are', Buffer.concat([entry('a', 9), frame('D', 'abc'), END]), /shorter than its size/],
])('%s is an error', async (_what, answer, why) => {
  const asked = await session(answer);
  await expect(all(asked.read(place))).rejects.toThrow(why);
  asked.close();
});

it.each([
  volume('disk.0', '../x', 'vda1', '1', 'ext4', ''),
  volume('/etc', 'p1', 'vda1', '1', 'ext4', ''),
  volume('disk.0', 'p1', 'vda1 x', '1', 'ext4', ''),
  volume('disk.0', 'p1', 'vda1', '1', 'ext4; x', ''),
])('a volume of another form is none', async (answer) => {
  const asked = await session(answer);
  await expect(asked.volumes()).rejects.toThrow(/a volume of an unknown form/);
  asked.close();
});

it('a machine that goes away, or says nothing, is given up', async () => {
  const gone = await session(entry('a', 9), true);
  await expect(all(gone.read(place))).rejects.toThrow(/gave no answer \(it has ended\)/);
  const silent = await session(Buffer.alloc(0), false, 20);
  await expect(silent.stat(place)).rejects.toThrow(/gave no answer \(it said nothing for 0.02 s\)/);
});

it('noise is an error, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
      const asked = await session(Buffer.from(noise), true);
      await all(asked.list(place)).catch((error: unknown) => expect(error).toBeInstanceOf(OneError));
      asked.close();
    }),
    { numRuns: 30 },
  );
});
