// A point of a chain at random access: what the NBD servers show of each disk is, byte for byte, the disk as the point had it.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBackupStore } from '../../src/datastore/all.ts';
import { clusterMapOf } from '../../src/disk/cluster-map-builder.ts';
import { SLICE_BYTES, SliceManifest, slicePath } from '../../src/disk/slices.ts';
import { run } from '../../src/exec/exec.ts';
import type { StoredDisk } from '../../src/model/image.ts';
import { chainOf, clearServed, servePoint, type ServedPoint } from '../../src/mover/served-point.ts';
import { rawOf, sha256, type Kinds } from '../disk/members.ts';
import { processesWhere } from '../faults/processes.ts';
import { cheapRepository } from '../guest/repository.ts';
import { storeChainsIn, type StoredChain } from '../mover/stored-chain.ts';
import { planted } from '../planted/secret.ts';
import { hasRsyncAndSsh, TestSshd } from './sshd.ts';

const FIRST: Kinds[] = [
  ['data', 'data', 'absent', 'data', 'data'],
  ['absent', 'zero', 'data', 'absent', 'absent'],
  ['absent', 'absent', 'absent', 'data', 'zero'],
];
const SECOND: Kinds[] = [['data'], ['absent'], ['data']];
const usable = await hasRsyncAndSsh();
const STORES = [
  { driver: 'fake', attributes: {} },
  { driver: 'restic', attributes: { RESTIC_PASSWORD: planted() } },
  ...(usable ? [{ driver: 'rsync', attributes: { RSYNC_BACKEND: 'LOCAL' } }] : []),
];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-served-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function kill(words: string): void {
  const [pid] = processesWhere((command) => command.includes(words));
  if (pid === undefined) throw new Error(`no process has ${words} on its command line`);
  process.kill(pid, 'SIGKILL');
}

describe.each(STORES)('$driver', (kind) => {
  let chain: StoredChain;
  beforeEach(async () => {
    chain = await storeChainsIn(kind, FIRST, SECOND);
  });
  afterEach(() => chain.remove());

  const serve = (points: number, signal = new AbortController().signal): Promise<ServedPoint> => {
    const disks = [0, 1].map((diskId) => ({ diskId, members: chain.members(diskId).slice(0, points) }));
    return servePoint({ store: chain.store, disks, directory: join(directory, 'point') }, signal);
  };
  const shown = async (served: ServedPoint, diskId: number): Promise<Buffer> => {
    const { socket, exportName } = served.disks[diskId] ?? { socket: '', exportName: '' };
    const target = join(directory, `copy.${diskId}`);
    await run(['qemu-img', 'convert', '-O', 'raw', `nbd+unix:///${exportName}?socket=${socket}`, target]);
    return readFile(target);
  };

  it('shows each point, serves it again after a close, and leaves nothing', async () => {
    for (const points of [1, 2, 3]) {
      const served = await serve(points);
      expect((await shown(served, 0)).equals(rawOf(FIRST.slice(0, points)))).toBe(true);
      expect((await shown(served, 1)).equals(rawOf(SECOND.slice(0, points)))).toBe(true);
      await served.close();
      expect(await readdir(join(directory, 'point'))).toEqual([]);
      await expect.poll(() => processesWhere((command) => command.includes(directory))).toEqual([]);
    }
  });

  it('tells when a server ends by itself', async () => {
    const served = await serve(1);
    kill(`${directory}/point/disk.1.sock`);
    expect(await served.lost).toMatch(/^The server of disk 1 has ended/);
    await served.close();
  });

  it('cannot be opened when a file is gone, and says which', async () => {
    const [member] = chain.members(0);
    if (!member) throw new Error('nothing is stored');
    const disks = [{ diskId: 0, members: [{ ...member, path: `${member.path}.gone` }] }];
    const served = servePoint({ store: chain.store, disks, directory }, new AbortController().signal);
    await expect(served).rejects.toThrow(/Disk 0 of the backup could not be opened: .*no such file/s);
    await expect.poll(() => processesWhere((command) => command.includes(directory))).toEqual([]);
  });

  it('stops when it is told to before it serves', async () => {
    await expect(serve(1, AbortSignal.abort())).rejects.toThrow();
    await expect.poll(() => processesWhere((command) => command.includes(directory))).toEqual([]);
  });
});

it('a restic mount that was killed is cleared by the next', async () => {
  const chain = await storeChainsIn({ driver: 'restic', attributes: { RESTIC_PASSWORD: planted() } }, SECOND);
  const disks = [{ diskId: 0, members: chain.members(0) }];
  const serve = (): Promise<ServedPoint> =>
    servePoint({ store: chain.store, disks, directory }, new AbortController().signal);
  const first = await serve();
  kill(`mount --no-lock -- ${directory}`);
  expect(await first.lost).toMatch(/^Could not show the backups as files/);
  // as after the death of the process that served it
  await (await serve()).close();
  await first.close();
  await chain.remove();
});

it.skipIf(!usable)('a point is served out of a store on another machine', async () => {
  const sshd = await TestSshd.open();
  const chain = await storeChainsIn({ driver: 'rsync', attributes: sshd.attributes() }, FIRST);
  const disks = [{ diskId: 0, members: chain.members(0) }];
  const served = await servePoint({ store: chain.store, disks, directory }, new AbortController().signal);
  const target = join(directory, 'copy');
  await run(['qemu-img', 'convert', '-O', 'raw', `nbd+unix:///disk.0?socket=${served.disks[0]?.socket}`, target]);
  expect((await readFile(target)).equals(rawOf(FIRST))).toBe(true);
  kill(`${directory}/store`);
  expect(await served.lost).toMatch(/^Could not show the backups as files/);
  await served.close();
  await Promise.all([chain.remove(), sshd.close()]);
});

it('a chain is opened as it is recorded, whatever the headers say', () => {
  expect(chainOf(['/a', '/b'])).toEqual({
    ...{ driver: 'qcow2', file: { driver: 'file', filename: '/b' } },
    backing: { driver: 'qcow2', file: { driver: 'file', filename: '/a' }, backing: null },
  });
  expect(() => chainOf([])).toThrow(/made of no files/);
});

describe('slices', () => {
  const SIZE = 2 * SLICE_BYTES + 3 * 65_536;
  const kind = { driver: 'restic', attributes: { RESTIC_PASSWORD: 'opensesame' } };
  const { signal } = new AbortController();

  it('are shown as the disk that they make up, holes too', async () => {
    const content = Buffer.alloc(SIZE);
    content.fill(0x11, 65_536, 131_072);
    content.fill(0x22, 2 * SLICE_BYTES, SIZE);
    const clusters = clusterMapOf(SIZE, [
      { offset: 65_536, length: 65_536, kind: 'data' },
      { offset: 2 * SLICE_BYTES, length: 3 * 65_536, kind: 'data' },
    ]);
    const manifest = SliceManifest.whole(1, clusters);
    const path = join(directory, 'backup');
    await mkdir(join(path, 'disk.0', '000000'), { recursive: true });
    for (const { index } of manifest.slices()) {
      const bytes = content.subarray(index * SLICE_BYTES, (index + 1) * SLICE_BYTES);
      await writeFile(join(path, 'disk.0', slicePath(index)), bytes);
    }
    await writeFile(join(path, 'disk.0.json'), manifest.toText());
    const store = { ...kind, datastoreId: 100, basePath: join(directory, 'store') };
    await cheapRepository(store.basePath, kind.attributes.RESTIC_PASSWORD);
    const { source } = await openBackupStore(store).backup({
      directory: path,
      vmId: 7,
      operationId: 'point-0',
      signal,
    });
    const stored: StoredDisk = {
      ...{ diskId: 0, file: 'disk.0', layout: 'SLICES', virtualBytes: SIZE, fileBytes: manifest.fileBytes },
      ...{ sha256: sha256(Buffer.from(manifest.toText())), originalFormat: 'raw' },
    };
    const point = join(directory, 'point');
    const disks = [{ diskId: 0, members: [{ source, path: join(path, 'disk.0'), stored }] }];
    const served = await servePoint({ store, disks, directory: point }, signal);
    const { socket, exportName } = served.disks[0] ?? { socket: '', exportName: '' };
    const target = join(directory, 'copy');
    await run(['qemu-img', 'convert', '-O', 'raw', `nbd+unix:///${exportName}?socket=${socket}`, target]);
    expect((await readFile(target)).equals(content)).toBe(true);
    await served.close();
    expect(await readdir(point)).toEqual([]);
    await expect.poll(() => processesWhere((command) => command.includes(directory))).toEqual([]);
    expect(await clearServed(point)).toBe(false);
    const wrong = [{ diskId: 0, members: [{ source, path: join(path, 'disk.0'), stored: { ...stored, sha256: '' } }] }];
    await expect(servePoint({ store, disks: wrong, directory: point }, signal)).rejects.toThrow(/SHA-256 is another/);
    await expect.poll(() => processesWhere((command) => command.includes(directory))).toEqual([]);
  });
});
