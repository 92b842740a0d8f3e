import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NbdClient, type NbdExtent } from '../../nbd/client.ts';
import { serveNbd, type NbdServer } from './nbd-server.ts';

const KIB64 = 64 * 1024;
const CHANGES = 'qemu:dirty-bitmap:one-7-1';
let directory: string;
let server: NbdServer;
let socket: string;
const content = Buffer.concat([Buffer.alloc(KIB64, 1), Buffer.alloc(2 * KIB64), Buffer.alloc(KIB64 + 512, 2)]);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nbd-'));
  socket = join(directory, 'sock');
  await writeFile(join(directory, 'a'), content);
  await writeFile(join(directory, 'b'), Buffer.alloc(1024, 3));
  server = await serveNbd(
    socket,
    new Map([
      ['disk.0', { path: join(directory, 'a'), changes: { context: CHANGES, dirty: new Set([0, 3, 4]) } }],
      ['disk.1', { path: join(directory, 'b') }],
    ]),
  );
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

describe('the NBD server of the fake', () => {
  it('serves what the file holds, to many readers at once', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => NbdClient.connect({ socket, exportName: 'disk.0' })));
    for (const client of clients) {
      expect(client.size).toBe(content.length);
      const whole = Buffer.alloc(content.length);
      await client.read(0, whole);
      expect(whole.equals(content)).toBe(true);
      const middle = Buffer.alloc(1000);
      await client.read(KIB64 - 500, middle);
      expect(middle.equals(content.subarray(KIB64 - 500, KIB64 + 500))).toBe(true);
      await client.close();
    }
  });

  it('tells zeros from data', async () => {
    const client = await NbdClient.connect({ socket, exportName: 'disk.0', metaContexts: ['base:allocation'] });
    const extents: NbdExtent[] = [];
    for await (const extent of client.extents('base:allocation')) extents.push(extent);
    expect(extents).toEqual([
      { offset: 0, length: KIB64, flags: 0 },
      { offset: KIB64, length: 2 * KIB64, flags: 3 },
      { offset: 3 * KIB64, length: KIB64 + 512, flags: 0 },
    ]);
    await client.close();
  });

  it('tells what changed beside it, to those who ask', async () => {
    const metaContexts = ['base:allocation', CHANGES];
    const client = await NbdClient.connect({ socket, exportName: 'disk.0', metaContexts });
    expect(client.contexts).toEqual(metaContexts);
    const extents: NbdExtent[] = [];
    for await (const extent of client.extents(CHANGES)) extents.push(extent);
    expect(extents).toEqual([
      { offset: 0, length: KIB64, flags: 1 },
      { offset: KIB64, length: 2 * KIB64, flags: 0 },
      { offset: 3 * KIB64, length: KIB64 + 512, flags: 1 },
    ]);
    let allocated = 0;
    for await (const { length } of client.extents('base:allocation')) allocated += length;
    expect(allocated).toBe(content.length);
    await client.close();
    const other = await NbdClient.connect({ socket, exportName: 'disk.1', metaContexts });
    expect(other.contexts).toEqual(['base:allocation']);
    await other.close();
  });

  it('refuses an export that it does not have', async () => {
    await expect(NbdClient.connect({ socket, exportName: 'disk.9' })).rejects.toThrow('disk.9');
    const other = await NbdClient.connect({ socket, exportName: 'disk.1' });
    expect(other.size).toBe(1024);
    await other.close();
  });
});
