// The NBD client against qemu-nbd: content, extents, dirty bitmaps, and a server that is killed.
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { OneError } from '../../src/model/errors.ts';
import { NbdClient, type NbdExtent } from '../../src/nbd/client.ts';
import { SequentialReader } from '../../src/nbd/sequential-read.ts';
import { createDisk, diskFiles, qemuIo, type DiskFile } from '../nbd/disk-files.ts';
import { qemuNbd, type QemuNbdOptions } from '../nbd/qemu-nbd.ts';

const BYTES = 10_000_896;
const directory = mkdtempSync(join(tmpdir(), 'nbd-test-'));
const cleanups: Array<() => Promise<void>> = [];
let disks: Array<[string, DiskFile]> = [];
let sockets = 0;

beforeAll(async () => {
  disks = await diskFiles(directory, BYTES);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => rm(directory, { recursive: true }));

async function serve(options: Omit<QemuNbdOptions, 'socket'>) {
  const server = await qemuNbd({ ...options, socket: join(directory, `${sockets++}.sock`) });
  cleanups.push(() => server.stop());
  return server;
}

async function open(options: Omit<QemuNbdOptions, 'socket'>, metaContexts: string[] = []): Promise<NbdClient> {
  const { socket, exportName } = await serve(options);
  const client = await NbdClient.connect({ socket, exportName, metaContexts });
  cleanups.push(() => client.close());
  return client;
}

async function listed(extents: AsyncIterable<NbdExtent>): Promise<NbdExtent[]> {
  const list: NbdExtent[] = [];
  for await (const extent of extents) list.push(extent);
  return list;
}

/** What qemu-img says the disk holds. */
async function contentOf({ path, format }: DiskFile): Promise<Buffer> {
  const raw = `${path}.content`;
  await run(['qemu-img', 'convert', '-f', format, '-O', 'raw', path, raw]);
  return readFile(raw);
}

describe('the NBD client and qemu-nbd', () => {
  it('read the same as qemu-img, block by block and at odd places', async () => {
    for (const [, disk] of disks) {
      const content = await contentOf(disk);
      const client = await open(disk);
      expect(client.size).toBe(BYTES);
      const reader = new SequentialReader(client, [{ offset: 0, length: BYTES }], { blockBytes: 300_000, blocks: 8 });
      for (let block = await reader.next(); block; block = await reader.next()) {
        expect(content.subarray(block.position, block.position + block.data.length).equals(block.data)).toBe(true);
        block.release();
      }
      const odd = Buffer.alloc(123_457, 0xee);
      await client.read(6_291_455, odd);
      expect(content.subarray(6_291_455, 6_291_455 + odd.length).equals(odd)).toBe(true);
    }
  });

  it('list extents that cover the disk, and zeroes where they say so', async () => {
    for (const [, disk] of disks) {
      const content = await contentOf(disk);
      const client = await open(disk, ['base:allocation']);
      let at = 0;
      let flags = -1;
      for (const extent of await listed(client.extents('base:allocation'))) {
        expect(extent.offset).toBe(at);
        expect(extent.flags).not.toBe(flags);
        at += extent.length;
        flags = extent.flags;
        if (extent.flags & 2) expect(content.subarray(extent.offset, at).every((byte) => byte === 0)).toBe(true);
      }
      expect(at).toBe(BYTES);
    }
  });

  it('follow more extents than fit into one answer', async () => {
    const disk = await createDisk({ path: join(directory, 'many.qcow2'), format: 'qcow2' }, 5 * 2 ** 30);
    const offsets = [0, 1, 2, 3, 4].map((gib) => gib * 2 ** 30);
    await qemuIo(disk, ...offsets.map((offset) => `write -P 1 ${offset} 64k`), 'write -P 1 5368643584 64k');
    const client = await open(disk, ['base:allocation']);
    const extents = await listed(client.extents('base:allocation'));
    const data = extents.filter((extent) => !(extent.flags & 2));
    expect(data.map((extent) => extent.offset)).toEqual([...offsets, 5_368_643_584]);
    const part = await listed(client.extents('base:allocation', 2 ** 30 + 1000, 65536));
    expect(part.map(({ offset, length }) => [offset, length])).toEqual([
      [2 ** 30 + 1000, 64536],
      [2 ** 30 + 65536, 1000],
    ]);
  });

  it('tell a dirty bitmap beside the allocation', async () => {
    const disk = await createDisk({ path: join(directory, 'dirty.qcow2'), format: 'qcow2' }, BYTES);
    await run(['qemu-img', 'bitmap', '--add', '-f', 'qcow2', disk.path, 'point']);
    await qemuIo(disk, 'write -P 1 1M 64k', 'write -z 2M 128k');
    const client = await open({ ...disk, bitmap: 'point' }, [
      'base:allocation',
      'qemu:dirty-bitmap:point',
      'qemu:dirty-bitmap:none',
    ]);
    expect([...client.contexts].sort()).toEqual(['base:allocation', 'qemu:dirty-bitmap:point']);
    const dirty = (await listed(client.extents('qemu:dirty-bitmap:point'))).filter((extent) => extent.flags & 1);
    expect(dirty.map(({ offset, length }) => [offset, length])).toEqual([
      [2 ** 20, 65536],
      [2 ** 21, 131072],
    ]);
  });

  it('name an export that is not there', async () => {
    const [, disk] = disks[0] ?? expect.fail('no disk');
    const { socket } = await serve(disk);
    await expect(NbdClient.connect({ socket, exportName: 'other' })).rejects.toThrow(
      `Could not open export "other" on ${socket}: the server refused the export: ERR_UNKNOWN`,
    );
  });

  it('end every read with an error when the server is killed', async () => {
    const [, disk] = disks[0] ?? expect.fail('no disk');
    const server = await serve(disk);
    const client = await NbdClient.connect({ socket: server.socket, exportName: 'disk' });
    const reads = Array.from({ length: 64 }, () => client.read(0, Buffer.alloc(8 * 2 ** 20)));
    server.running.kill('SIGKILL');
    const results = await Promise.allSettled(reads);
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(failed.length).toBeGreaterThan(0);
    for (const error of failed) expect(error).toBeInstanceOf(OneError);
    await expect(client.read(0, Buffer.alloc(1))).rejects.toThrow('Could not read 1 bytes at 0 of export "disk"');
    await client.close();
  });
});
