// Requests as a kernel sends them are read, and replies are laid out byte for byte as it expects them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as wire from './protocol.ts';

const file: wire.Attributes = { nodeId: 7, kind: 'file', size: 5_000_000_000, mtimeSec: 1_700_000_000, mode: 0o444 };
const folder: wire.Attributes = { nodeId: 1, kind: 'directory', size: 0, mtimeSec: 5, mode: 0o555 };
const u64 = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

function request(body: Buffer, { opcode = 15, unique = 2n, nodeId = 1n } = {}): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40 + body.length, 0);
  header.writeUInt32LE(opcode, 4);
  header.writeBigUInt64LE(unique, 8);
  header.writeBigUInt64LE(nodeId, 16);
  return Buffer.concat([header, body]);
}

describe('requests', () => {
  it('open with length, opcode, unique id and node', () => {
    const bytes = request(Buffer.from('disk.0\0'), { opcode: 1, unique: 0xfedcba9876543210n, nodeId: 0x1_0000_0002n });
    expect(wire.readHeader(bytes)).toEqual({
      length: 47,
      opcode: 1,
      unique: 0xfedcba9876543210n,
      nodeId: 0x1_0000_0002,
    });
    expect(wire.readName(bytes, 47)).toBe('disk.0');
  });

  it('carry names as UTF-8, whatever lies behind them in the buffer', () => {
    const bytes = Buffer.concat([request(Buffer.from('dïsk\0')), Buffer.from('stale')]);
    expect(wire.readName(bytes, wire.readHeader(bytes).length)).toBe('dïsk');
  });

  it('name any range that a file can have', () => {
    fc.assert(
      fc.property(u64, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (offset, size) => {
        const body = Buffer.alloc(40);
        body.writeBigUInt64LE(BigInt(offset), 8);
        body.writeUInt32LE(size, 16);
        expect(wire.readRange(request(body))).toEqual({ offset, size });
      }),
    );
  });
});

describe('INIT', () => {
  const offer = (minor: number, flags: number, maxReadahead = 131_072): wire.InitRequest => {
    const body = Buffer.alloc(64);
    [7, minor, maxReadahead, flags >>> 0].forEach((value, index) => body.writeUInt32LE(value, index * 4));
    return wire.readInit(request(body, { opcode: 26 }));
  };

  it('is read', () => {
    expect(offer(45, 0xffffffff)).toEqual({ major: 7, minor: 45, maxReadahead: 131_072, flags: 0xffffffff });
  });

  it('takes the smaller version, read-ahead and set of flags, and asks for reads of 1 MiB', () => {
    const reply = wire.initReply(offer(45, 0xffffffff), 4_194_304, 64);
    expect(reply).toHaveLength(64);
    expect([reply.readUInt32LE(0), reply.readUInt32LE(4)]).toEqual([7, 31]);
    expect(reply.readUInt32LE(8)).toBe(131_072);
    expect(reply.readUInt32LE(12)).toBe((1 << 0) | (1 << 5) | (1 << 13) | (1 << 18) | (1 << 22));
    expect([reply.readUInt16LE(16), reply.readUInt16LE(18)]).toEqual([64, 48]);
    expect(reply.readUInt32LE(20)).toBe(4096);
    expect(reply.readUInt16LE(28)).toBe(256);
    expect(reply.subarray(30).every((byte) => byte === 0)).toBe(true);
  });

  it('claims nothing that an older kernel did not offer', () => {
    const reply = wire.initReply(offer(26, 1 << 0), 65_536, 64);
    expect([reply.readUInt32LE(4), reply.readUInt32LE(8), reply.readUInt32LE(12)]).toEqual([26, 65_536, 1]);
  });

  it('names our major version to a kernel with a newer one, which then asks again', () => {
    const reply = wire.initReply({ major: 8, minor: 2, maxReadahead: 1, flags: 0 }, 1, 1);
    expect([reply.readUInt32LE(0), reply.readUInt32LE(4)]).toEqual([7, 31]);
  });
});

describe('replies', () => {
  it('open with their length, a negative error and the id of the request', () => {
    const ok = wire.outHeader(0xffff_ffff_ffff_fffen, 0, 1_048_576);
    expect(ok.toString('hex')).toBe('10001000' + '00000000' + 'feffffffffffffff');
    expect(wire.outHeader(1n, wire.ERRNO.EIO, 0).readInt32LE(4)).toBe(-5);
  });

  it('describe a file', () => {
    const reply = wire.entryReply(file, 60);
    expect(reply).toHaveLength(128);
    const words = [0, 8, 16, 24].map((at) => Number(reply.readBigUInt64LE(at)));
    expect(words).toEqual([7, 0, 60, 60]);
    const attr = reply.subarray(40);
    expect([0, 8, 16, 24, 32, 40].map((at) => Number(attr.readBigUInt64LE(at)))).toEqual([
      7, 5_000_000_000, 9_765_625, 1_700_000_000, 1_700_000_000, 1_700_000_000,
    ]);
    expect(attr.readUInt32LE(60)).toBe(0o100444);
    expect(attr.readUInt32LE(64)).toBe(1);
    expect(attr.readUInt32LE(80)).toBe(4096);
  });

  it('describe a directory', () => {
    const reply = wire.attrReply(folder, 1);
    expect(reply).toHaveLength(104);
    expect(reply.readBigUInt64LE(0)).toBe(1n);
    expect([reply.readUInt32LE(76), reply.readUInt32LE(80)]).toEqual([0o040555, 2]);
  });

  it('of OPEN and STATFS have the sizes the kernel wants', () => {
    expect(wire.openReply(2).toString('hex')).toBe('0000000000000000' + '02000000' + '00000000');
    const statfs = wire.statfsReply(8192, 3);
    expect(statfs).toHaveLength(80);
    expect([statfs.readBigUInt64LE(0), statfs.readBigUInt64LE(8), statfs.readBigUInt64LE(24)]).toEqual([2n, 0n, 3n]);
    expect([statfs.readUInt32LE(40), statfs.readUInt32LE(44), statfs.readUInt32LE(48)]).toEqual([4096, 255, 4096]);
  });

  it('keep every number up to 2^53', () => {
    fc.assert(
      fc.property(u64, u64, (size, mtimeSec) => {
        const reply = wire.attrReply({ ...file, size, mtimeSec }, 0);
        expect([reply.readBigUInt64LE(24), reply.readBigUInt64LE(48)]).toEqual([BigInt(size), BigInt(mtimeSec)]);
      }),
    );
  });
});

describe('a page of a directory', () => {
  interface Record {
    name: string;
    ino: number;
    next: number;
    type: number;
    lookedUp: number;
  }

  function records(page: Buffer, plus: boolean): Record[] {
    const found: Record[] = [];
    for (let at = 0; at < page.length;) {
      const dirent = at + (plus ? 128 : 0);
      const length = page.readUInt32LE(dirent + 16);
      found.push({
        name: page.toString('utf8', dirent + 24, dirent + 24 + length),
        ino: Number(page.readBigUInt64LE(dirent)),
        next: Number(page.readBigUInt64LE(dirent + 8)),
        type: page.readUInt32LE(dirent + 20),
        lookedUp: plus ? Number(page.readBigUInt64LE(at)) : 0,
      });
      at = Math.ceil((dirent + 24 + length) / 8) * 8;
    }
    return found;
  }

  it('holds plain records', () => {
    const page = new wire.DirectoryPage(4096, false);
    expect(page.add('.', folder, 1, 0)).toBe(true);
    expect(page.add('disk.0.1', file, 2, 60)).toBe(true);
    expect(page.bytes()).toHaveLength(32 + 32);
    expect(records(page.bytes(), false)).toEqual([
      { name: '.', ino: 1, next: 1, type: 4, lookedUp: 0 },
      { name: 'disk.0.1', ino: 7, next: 2, type: 8, lookedUp: 0 },
    ]);
  });

  it('holds nodes too for READDIRPLUS, but for "." and ".."', () => {
    const page = new wire.DirectoryPage(4096, true);
    page.add('.', folder, 1, 0);
    page.add('vm.xml', file, 2, 60);
    expect(records(page.bytes(), true).map(({ name, lookedUp }) => [name, lookedUp])).toEqual([
      ['.', 0],
      ['vm.xml', 7],
    ]);
  });

  it('never grows past its capacity and loses no record that it took', () => {
    const names = fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), { maxLength: 60 });
    fc.assert(
      fc.property(names, fc.integer({ min: 0, max: 3000 }), fc.boolean(), (all, capacity, plus) => {
        const page = new wire.DirectoryPage(capacity, plus);
        const taken = all.filter((name, index) => page.add(name, file, index, 60));
        expect(page.bytes().length).toBeLessThanOrEqual(capacity);
        expect(records(page.bytes(), plus).map(({ name }) => name)).toEqual(taken);
      }),
    );
  });
});
