// A backup store that somebody else can write into holds disks that lead to files of the host: by a link, a backing file, an external data
// file. Neither what serves disks nor what restores them opens one.
import { cp, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBackupStore } from '../../../src/datastore/all.ts';
import { run } from '../../../src/exec/exec.ts';
import { listening, startQemuNbd } from '../../../src/exec/qemu-nbd.ts';
import type { Member } from '../../../src/model/tasks/served-disk.ts';
import { openMembers } from '../../../src/mover/member-reader.ts';
import { strangeFiles } from '../../../src/mover/opened-files.ts';
import { restoreOne } from '../../../src/mover/restored-disk.ts';
import { restoreUnpacked, type Unpack } from '../../../src/mover/unpacked-disk.ts';
import { servePoint, type ServedPoint } from '../../../src/mover/served-point.ts';
import { sha256, type Kinds } from '../../disk/members.ts';
import { processesWhere } from '../../faults/processes.ts';
import { storeChainsIn, type StoredChain } from '../../mover/stored-chain.ts';

const CHAIN: Kinds[] = [['data', 'data', 'zero', 'absent', 'data']];
const SECRET = 'what only the host knows';
const STORES = [
  { driver: 'fake', attributes: {} },
  { driver: 'rsync', attributes: { RSYNC_BACKEND: 'LOCAL', RSYNC_PATH: '' } },
];

const never = new AbortController().signal;
let directory: string;
let secret: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-hostile-'));
  secret = join(directory, 'secret');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A qcow2 of this size whose data is in the secret file, raw. */
async function withDataFile(bytes: number): Promise<string> {
  const file = join(directory, 'external.qcow2');
  const options = `data_file=${secret},data_file_raw=on`;
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-o', options, file, String(bytes)]);
  await writeFile(secret, Buffer.alloc(bytes, SECRET));
  return file;
}

describe.each(STORES)('$driver', (kind) => {
  let chain: StoredChain;
  let member: Member;
  let file: string;

  beforeEach(async () => {
    chain = await storeChainsIn(kind, CHAIN);
    member = chain.members(0)[0] ?? expect.fail('nothing is stored');
    const names = await readdir(chain.store.basePath, { recursive: true });
    file = join(chain.store.basePath, names.find((name) => name.endsWith('/disk.0.0')) ?? '');
  });
  afterEach(async () => {
    await chain.remove();
    expect(processesWhere((command) => command.includes(directory))).toEqual([]);
  });

  const serve = (): Promise<ServedPoint> => {
    const disks = [{ diskId: 0, members: [member] }];
    return servePoint({ store: chain.store, disks, directory: join(directory, 'point') }, never);
  };
  /** Puts a file in the place of the stored disk, and says of it whatever it takes to be believed. */
  async function replace(by: string): Promise<void> {
    await rm(file);
    await cp(by, file);
    const content = await readFile(file);
    member = { ...member, stored: { ...member.stored, fileBytes: content.length, sha256: sha256(content) } };
    await rm(join(dirname(file), 'manifest.point-0.json'), { force: true }); // nobody misses it
  }
  async function restored(targetFormat: 'raw' | 'qcow2'): Promise<unknown> {
    const disk = {
      stored: member.stored,
      members: [member],
      target: join(directory, `target.${targetFormat}`),
      targetFormat,
    };
    const store = openBackupStore(chain.store);
    return restoreOne(store, disk, member, { signal: never, passed: () => undefined });
  }

  it('what was stored is served and restored', async () => {
    const served = await serve();
    await served.close();
    await restored('raw');
    await restored('qcow2');
  });

  it('an external data file is not opened', async () => {
    await replace(await withDataFile(member.stored.virtualBytes));
    await expect(serve()).rejects.toThrow(
      /is no disk that OneVault has stored: an external data file is not supported/,
    );
    await expect(restored('raw')).rejects.toThrow(/an external data file is not supported/);
    await expect(restored('qcow2')).rejects.toThrow(/an external data file is not supported/);
  });

  it('nor is one that a backup program has unpacked', async () => {
    const hostile = await withDataFile(member.stored.virtualBytes);
    await replace(hostile);
    const target = join(directory, 'unpacked.qcow2');
    const disk = { stored: member.stored, members: [member], target, targetFormat: 'qcow2' as const };
    const unpack: Unpack = async (_source, path, into) => {
      await run(['dd', `if=${hostile}`, `of=${into}${path}`, 'conv=notrunc', 'status=none']);
    };
    const options = { directory: join(directory, 'shown'), signal: never, passed: () => undefined };
    await expect(restoreUnpacked(unpack, disk, member, options)).rejects.toThrow(
      /an external data file is not supported/,
    );
  });

  it('a backing file is not opened', async () => {
    const { virtualBytes } = member.stored;
    await writeFile(secret, Buffer.alloc(virtualBytes, SECRET));
    const overlay = join(directory, 'overlay.qcow2');
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', secret, overlay, String(virtualBytes)]);
    await replace(overlay);
    await expect(restored('qcow2')).rejects.toThrow(/is not the disk that was backed up/);
    const served = await serve();
    const { socket, exportName } = served.disks[0] ?? { socket: '', exportName: '' };
    const copy = join(directory, 'copy');
    await run(['qemu-img', 'convert', '-O', 'raw', `nbd+unix:///${exportName}?socket=${socket}`, copy]);
    await served.close();
    expect((await readFile(copy)).includes(SECRET)).toBe(false);
  });

  it.each(['the file', 'its directory'])('a link in the place of %s is not followed', async (what) => {
    const place = what === 'the file' ? file : dirname(file);
    const elsewhere = join(directory, 'elsewhere');
    await rename(place, elsewhere);
    await symlink(elsewhere, place);
    await expect(serve()).rejects.toThrow(/leads elsewhere|no such/i);
    const reader = await openMembers(
      openBackupStore(chain.store),
      [{ members: [member, member] }],
      join(directory, 'm'),
      never,
    );
    const drain = async (): Promise<void> => {
      for await (const _ of reader.read(member.source, member.path));
    };
    await expect(drain()).rejects.toThrow(/leads elsewhere|no such/i);
    await reader.close();
    if (kind.driver === 'rsync') await expect(restored('raw')).rejects.toThrow(/leads elsewhere|no such/i);
  });
});

it('a file that changes after it was looked at is found out by what QEMU has open', async () => {
  const image = await withDataFile(65_536);
  const server = { socket: join(directory, 's'), exportName: 'x', name: 'Disk 0', image: ['-f', 'qcow2', '--', image] };
  const running = await startQemuNbd(server);
  try {
    await listening(running, server);
    expect(await strangeFiles(running.pid, new Set([image]))).toEqual([secret]);
  } finally {
    running.stop();
    await running.exit;
  }
});
