// Sequential qcow2 files made from real disks: qemu-img finds them sound and equal to their source, alone and as a chain,
// and what is read back from them is the disk.
import { createReadStream, mkdtempSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { clusterMapFrom, clusterMapOf } from '../../src/disk/cluster-map-builder.ts';
import { clipExtents, type Extent, type ExtentKind, type Range } from '../../src/disk/extent.ts';
import type { Backing } from '../../src/disk/qcow2-format.ts';
import { mergeSequential } from '../../src/disk/merge.ts';
import { Qcow2Layout } from '../../src/disk/qcow2-layout.ts';
import { readQcow2Header, readSequentialQcow2 } from '../../src/disk/qcow2-read.ts';
import { qcow2Stream } from '../../src/disk/qcow2-stream.ts';
import { verifyRaw, writeRaw } from '../../src/disk/raw-write.ts';
import { writeStream } from '../../src/disk/stream-write.ts';
import { run } from '../../src/exec/exec.ts';
import { TrackerLost } from '../../src/model/errors.ts';
import type { StoredDisk } from '../../src/model/image.ts';
import type { TaskDisk } from '../../src/model/tasks/backup.ts';
import { DiskFile as MoverFile } from '../../src/mover/disk-file.ts';
import { NbdClient } from '../../src/nbd/client.ts';
import { createDisk, diskFiles, qemuIo, scribble, type DiskFile } from '../nbd/disk-files.ts';
import { qemuNbd } from '../nbd/qemu-nbd.ts';

const directory = mkdtempSync(join(tmpdir(), 'qcow2-test-'));
afterAll(() => rm(directory, { recursive: true }));
let files = 0;
const at = (name: string): string => join(directory, `${files++}-${name}`);

const ALLOCATION = 'base:allocation';

async function* kinds(
  client: NbdClient,
  context: string,
  kindOf: (flags: number) => ExtentKind,
): AsyncGenerator<Extent> {
  for await (const { offset, length, flags } of client.extents(context)) yield { offset, length, kind: kindOf(flags) };
}

async function* dirtyRanges(client: NbdClient, context: string): AsyncGenerator<Range> {
  for await (const extent of client.extents(context)) if (extent.flags & 1) yield extent;
}

/** The file of a layout, as a stream. */
async function* streamOf(layout: Qcow2Layout, client: NbdClient): AsyncGenerator<Buffer> {
  const step = 300_001;
  for (let offset = 0; offset < layout.fileBytes; offset += step) {
    for (const piece of layout.pieces(offset, step)) {
      const bytes = Buffer.alloc(piece.length);
      if (piece.kind === 'metadata') layout.metadata(piece.fileOffset, bytes);
      if (piece.kind === 'data') await client.read(piece.guestOffset, bytes);
      yield bytes;
    }
  }
}

/** Backs a disk up to a new file: the whole of it, or what the bitmap says over `backing`. */
async function backUp(disk: DiskFile, increment?: { bitmap: string; backing: Backing }): Promise<string> {
  const bitmap = increment?.bitmap;
  const server = await qemuNbd({ ...disk, socket: at('sock'), ...(bitmap === undefined ? {} : { bitmap }) });
  const context = `qemu:dirty-bitmap:${bitmap}`;
  const { socket, exportName } = server;
  const client = await NbdClient.connect({ socket, exportName, metaContexts: [ALLOCATION, context] });
  const allocated = kinds(client, ALLOCATION, (flags) => (flags & 2 ? (increment ? 'zero' : 'absent') : 'data'));
  const extents = increment ? clipExtents(allocated, dirtyRanges(client, context)) : allocated;
  const clusters = await clusterMapFrom(client.size, extents);
  const layout = new Qcow2Layout({
    virtualBytes: client.size,
    clusters,
    ...(increment ? { backing: increment.backing } : {}),
  });
  const path = at('backup.qcow2');
  const written = await writeStream(path, streamOf(layout, client));
  expect(written.bytes).toBe(layout.fileBytes);
  await client.close();
  await server.stop();
  return path;
}

async function expectSound(path: string): Promise<void> {
  const { stdout } = await run(['qemu-img', 'check', '-f', 'qcow2', path]);
  expect(stdout).toContain('No errors were found on the image.');
}

async function expectSame(disk: DiskFile, path: string, format = 'qcow2'): Promise<void> {
  const { stdout } = await run(['qemu-img', 'compare', '-f', disk.format, '-F', format, disk.path, path]);
  expect(stdout).toContain('Images are identical.');
}

/** Restores a full backup to a raw file and verifies it. */
async function restore(path: string): Promise<string> {
  const read = await readSequentialQcow2(createReadStream(path), path);
  const raw = at('restored.raw');
  await verifyRaw(raw, await writeRaw(raw, read.virtualBytes, read.data()));
  return raw;
}

async function bitmap({ path }: DiskFile, ...what: string[]): Promise<void> {
  await run(['qemu-img', 'bitmap', '-f', 'qcow2', ...what.slice(0, -1), path, what.at(-1) ?? '']);
}

/** Backs a disk up to a new file as the mover does: the whole of it, or what the bitmap `one-7-<n>` says since `parent`. */
async function backUpAsMover(
  disk: DiskFile,
  n: number,
  parent?: StoredDisk,
): Promise<{ path: string; stored: StoredDisk }> {
  const name = `one-7-${n}`;
  const offered = parent !== undefined && n === 1 ? { bitmap: name } : {};
  const server = await qemuNbd({ ...disk, socket: at('sock'), ...offered });
  const { socket, exportName } = server;
  const task: TaskDisk = {
    ...{ diskId: 0, target: '', path: disk.path, format: disk.format, file: `disk.0.${n}` },
    ...(parent && { known: { virtualBytes: parent.virtualBytes, samples: parent.samples ?? [] } }),
  };
  const changes = { context: `qemu:dirty-bitmap:${name}`, kind: 'dirty-bitmap' } as const;
  const from = { diskId: 0, socket, exportName, ...(parent && { changes }) };
  try {
    const file = await MoverFile.open(task, from, parent ? name : null, new AbortController().signal);
    const virtual = file.virtualFile(0);
    async function* bytes() {
      for (let offset = 0; offset < virtual.size; offset += 500_000) {
        yield* await virtual.read(offset, Math.min(500_000, virtual.size - offset));
      }
    }
    const path = at('mover.qcow2');
    await writeStream(path, bytes());
    const stored = file.stored();
    await file.close();
    return { path, stored };
  } finally {
    await server.stop();
  }
}

/** Merges files, oldest first, into a new one that stands alone. */
async function mergeFiles(members: string[], whole: boolean): Promise<string> {
  const streams = members.map((name) => ({ stream: createReadStream(name), name }));
  const merged = await mergeSequential(streams, whole);
  const { virtualBytes, clusters } = merged;
  const layout = new Qcow2Layout({ virtualBytes, clusters });
  const path = at('merged.qcow2');
  await writeStream(path, qcow2Stream(layout, merged.data()));
  await expectSound(path);
  return path;
}

/** All merged, and the increments merged over the full as others would put them there, equal the disk. */
async function expectMergedSame(disk: DiskFile, members: string[]): Promise<void> {
  await expectSame(disk, await mergeFiles(members, true));
  const [base = '', ...increments] = members;
  const delta = await mergeFiles(increments, false);
  await run(['qemu-img', 'rebase', '-u', '-f', 'qcow2', '-b', base, '-F', 'qcow2', delta]);
  await expectSame(disk, delta);
}

describe('a sequential qcow2', () => {
  it.each([10_000_896, 12 * 2 ** 20, 9_503_232])('equals a disk of %i bytes of any kind', async (bytes) => {
    const place = mkdtempSync(join(directory, 'disks-'));
    for (const [, disk] of await diskFiles(place, bytes)) {
      const path = await backUp(disk);
      await expectSound(path);
      await expectSame(disk, path);
      await expectSame(disk, await restore(path), 'raw');
    }
  });

  it.each([512, 65536, 65537, 130_560, 1_000_001])('holds a disk of %i bytes, full and empty', async (bytes) => {
    for (const content of [Buffer.alloc(bytes, 0x5a), Buffer.alloc(bytes)]) {
      const disk: DiskFile = { path: at('tiny.raw'), format: 'raw' };
      await writeFile(disk.path, content);
      const path = await backUp(disk);
      await expectSound(path);
      await expectSame(disk, path);
      await expectSame(disk, await restore(path), 'raw');
    }
  });

  it('holds scattered clusters of many L2 tables and refcount blocks', async () => {
    const disk = await createDisk({ path: at('wide.qcow2'), format: 'qcow2' }, 3 * 2 ** 40);
    const places = Array.from({ length: 40 }, (_, index) => index * 81_604_378_624 + (index % 7) * 65536);
    await qemuIo(disk, ...places.map((offset, index) => `write -P ${index + 1} ${offset} 192k`));
    const path = await backUp(disk);
    await expectSound(path);
    await expectSame(disk, path);
  });

  it('is sound with more clusters than one refcount block covers', async () => {
    const virtualBytes = 2.5 * 2 ** 30;
    const clusters = clusterMapOf(virtualBytes, [{ offset: 0, length: virtualBytes, kind: 'data' }]);
    const layout = new Qcow2Layout({ virtualBytes, clusters });
    const path = at('large.qcow2');
    const metadata = Buffer.alloc(layout.metadataBytes);
    layout.metadata(0, metadata);
    await writeFile(path, metadata);
    const file = await open(path, 'r+');
    await file.truncate(layout.fileBytes); // the data is a hole, which is enough for the refcounts
    await file.close();
    await expectSound(path);
  });

  it('chains: increments over a full equal the disk, zeroed and discarded parts included', async () => {
    const disk = await createDisk({ path: at('chain.qcow2'), format: 'qcow2' }, 10_000_896);
    await scribble(disk);
    const members = [await backUp(disk)];
    for (const [bitmap, commands] of [
      ['one', ['write -P 0x77 2M 100k', 'write -z 100k 300k', 'discard 6M 1M', 'write -z 9961472 39424']],
      ['two', ['write -P 0x78 2150400 512', 'write -P 0x79 200k 10k', 'discard 0 64k', 'write -P 1 9961472 39424']],
    ] as const) {
      await run(['qemu-img', 'bitmap', '--add', '-f', 'qcow2', disk.path, bitmap]);
      await qemuIo(disk, ...commands);
      const backing = { file: members.at(-1) ?? '', format: 'qcow2' };
      const path = await backUp(disk, { bitmap, backing });
      await expectSound(path);
      await expectSame(disk, path);
      members.push(path);
      await run(['qemu-img', 'bitmap', '--remove', '-f', 'qcow2', disk.path, bitmap]);
    }
    await expectMergedSame(disk, members);
    const file = await open(members[2] ?? '', 'r');
    const header = await readQcow2Header(file, 'the last member');
    await file.close();
    expect(header).toMatchObject({ virtualBytes: 10_000_896, backing: { file: members[1], format: 'qcow2' } });
  });

  it('of a mover is what the bitmap says, and a bitmap that missed a write is not believed', async () => {
    const disk = await createDisk({ path: at('tracked.qcow2'), format: 'qcow2' }, 10_000_896);
    await scribble(disk);
    const full = await backUpAsMover(disk, 0);
    await bitmap(disk, '--add', 'one-7-1');
    await qemuIo(disk, 'write -P 0x77 2M 100k', 'write -z 100k 300k', 'discard 6M 1M');
    const first = await backUpAsMover(disk, 1, full.stored);
    await expectSound(first.path);
    await run(['qemu-img', 'rebase', '-u', '-f', 'qcow2', '-b', full.path, '-F', 'qcow2', first.path]);
    await expectSame(disk, first.path);
    expect(full.stored.samples).toHaveLength(8);
    expect(first.stored.samples).toHaveLength(8);
    expect(first.stored.samples).not.toEqual(full.stored.samples);

    await bitmap(disk, '--disable', 'one-7-1');
    const missed = first.stored.samples?.find(({ cluster }) => cluster * 65536 > 8 * 2 ** 20)?.cluster ?? -1;
    await qemuIo(disk, `write -P 0x5e ${missed * 65536} 512`);
    await bitmap(disk, '--enable', 'one-7-1');
    const lost = backUpAsMover(disk, 1, first.stored);
    await expect(lost).rejects.toThrow(`Disk 0: the bitmap one-7-1 calls cluster ${missed} `);
    await expect(lost).rejects.toBeInstanceOf(TrackerLost);
    const gone = backUpAsMover(disk, 2, first.stored);
    await expect(gone).rejects.toThrow('Disk 0: its export does not say what changed since one-7-2');
  });

  it('is told from qcow2 files that are laid out otherwise', async () => {
    const disk = await scribble(await createDisk({ path: at('plain.qcow2'), format: 'qcow2' }, 10_000_896));
    await expect(readSequentialQcow2(createReadStream(disk.path), 'plain')).rejects.toThrow('Could not read plain: ');
    const compressed = at('compressed.qcow2');
    await run(['qemu-img', 'convert', '-c', '-f', 'qcow2', '-O', 'qcow2', disk.path, compressed]);
    await expect(readSequentialQcow2(createReadStream(compressed), 'c')).rejects.toThrow('Could not read c: ');
    const handle = await open(compressed, 'r');
    expect((await readQcow2Header(handle, 'c')).virtualBytes).toBe(10_000_896);
    await handle.close();
  });
});
