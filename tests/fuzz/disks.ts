// Disks and archives out of backup stores, and what servers of disks say.
import { clusterMapOf } from '../../src/disk/cluster-map-builder.ts';
import { parseHeader } from '../../src/disk/qcow2-format.ts';
import { Qcow2Layout } from '../../src/disk/qcow2-layout.ts';
import { readSequentialQcow2 } from '../../src/disk/qcow2-read.ts';
import { tarFiles } from '../../src/disk/tar-read.ts';
import { OneError } from '../../src/model/errors.ts';
import { NbdFault } from '../../src/nbd/fault.ts';
import { HandshakeReceiver } from '../../src/nbd/handshake-receiver.ts';
import { handshake } from '../../src/nbd/handshake.ts';
import { ReadReply, StatusReply, type Reply } from '../../src/nbd/reply.ts';
import { ReplyParser, type Receiver } from '../../src/nbd/reply-parser.ts';
import { FrameReader, readEntry, readVolume } from '../../src/appliance/frames.ts';
import { fileOf } from '../disk/layout-file.ts';
import { tarOf } from '../disk/tar.ts';
import type { Target } from './target.ts';

const MIB = 2 ** 20;
const qcow2s = (['zero', 'data'] as const).map((kind) => {
  const clusters = clusterMapOf(4 * MIB, [
    { offset: 0, length: 65_536, kind },
    { offset: 65_536, length: 4 * MIB - 65_536, kind: 'zero' },
  ]);
  return fileOf(new Qcow2Layout({ virtualBytes: 4 * MIB, clusters }));
});
const isOneError = (error: unknown): boolean => error instanceof OneError;
const isFault = (error: unknown): boolean => error instanceof NbdFault;

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

async function drain(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

/** Gives a receiver bytes as a socket does: as many as it has room for, until it has `enough`. */
function feed(receiver: Receiver, bytes: Buffer, enough = (): boolean => false): void {
  for (let at = 0; at < bytes.length && !enough();) {
    const room = receiver.buffer();
    const count = Math.min(room.length, bytes.length - at);
    room.set(bytes.subarray(at, at + count));
    at += count;
    receiver.received(count);
  }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
const uint32 = (value: number): Buffer => uint64(value).subarray(4);
const uint16 = (value: number): Buffer => uint64(value).subarray(6);
const chunk = (flags: number, type: number, cookie: number, payload: Buffer): Buffer =>
  Buffer.concat([uint32(0x668e33ef), uint16(flags), uint16(type), uint64(cookie), uint32(payload.length), payload]);

const option = (code: number, type: number, payload: Buffer): Buffer =>
  Buffer.concat([uint32(0x3e889), uint32(0x045565a9), uint32(code), uint32(type), uint32(payload.length), payload]);
const greeting = Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), uint16(3)]);
const negotiation = Buffer.concat([
  ...[greeting, option(8, 1, Buffer.alloc(0))],
  ...[option(10, 4, Buffer.concat([uint32(1), Buffer.from('base:allocation')])), option(10, 1, Buffer.alloc(0))],
  ...[option(7, 3, Buffer.concat([uint16(0), uint64(4 * MIB), uint16(0)])), option(7, 1, Buffer.alloc(0))],
]);

const replies = (): Map<number, Reply> => {
  const settle = { resolve: () => undefined, reject: () => undefined };
  return new Map<number, Reply>([
    [1, new ReadReply(0, Buffer.alloc(4096), settle)],
    [2, new StatusReply(1, new Set([1]), settle)],
  ]);
};

const frame = (kind: string, body: Buffer): Buffer => Buffer.concat([Buffer.from(kind), uint32(body.length), body]);
const entry = Buffer.concat([uint32(0o100644), uint64(5), uint64(7), uint16(3), Buffer.from('abc')]);
const volume = Buffer.from(['disk.0', 'p1', 'vda1', '1048576', 'ext4', 'root'].join('\0'));

export const DISKS: readonly Target[] = [
  {
    name: 'headers of qcow2',
    corpus: qcow2s.map((file) => file.subarray(0, 512)),
    read: (input) => parseHeader(input, 'a disk'),
    refuses: isOneError,
  },
  {
    name: 'sequential qcow2',
    corpus: qcow2s.map((file) => file.subarray(0, 512 * 1024)),
    async read(input) {
      await drain((await readSequentialQcow2(chunksOf(input), 'a disk')).data());
    },
    refuses: isOneError,
  },
  {
    name: 'archives',
    corpus: [
      tarOf([
        { name: 'd/0000', bytes: Buffer.from('what'), isNoted: true },
        { name: 'e', bytes: Buffer.alloc(600) },
      ]),
    ],
    read: (input) => drain(tarFiles(chunksOf(input), 'an archive', MIB)),
    refuses: isOneError,
  },
  {
    name: 'handshakes of NBD servers',
    corpus: [negotiation],
    read(input) {
      const done = { negotiated: false };
      const wanted = { exportName: 'disk', metaContexts: ['base:allocation'] };
      const receiver = new HandshakeReceiver(
        handshake(wanted),
        () => undefined,
        () => (done.negotiated = true),
      );
      feed(receiver, input, () => done.negotiated);
    },
    refuses: isFault,
  },
  {
    name: 'answers of NBD servers',
    corpus: [
      Buffer.concat([
        chunk(0, 1, 1, Buffer.concat([uint64(0), Buffer.alloc(1024)])),
        chunk(1, 2, 1, Buffer.concat([uint64(1024), uint32(3072)])),
        chunk(1, 5, 2, Buffer.concat([uint32(1), uint32(65_536), uint32(3)])),
      ]),
      chunk(1, 0x8001, 1, Buffer.concat([uint32(5), uint16(2), Buffer.from('no')])),
    ],
    read: (input) => feed(new ReplyParser(replies()), input),
    refuses: isFault,
  },
  {
    name: 'frames of the machine that reads files',
    corpus: [
      Buffer.concat([frame('V', volume), frame('E', entry), frame('D', Buffer.alloc(99)), frame('.', Buffer.alloc(0))]),
    ],
    read(input) {
      for (const { kind, body } of new FrameReader().push(input)) {
        if (kind === 'E') readEntry(body);
        if (kind === 'V') readVolume(body);
      }
    },
    refuses: isOneError,
  },
];
