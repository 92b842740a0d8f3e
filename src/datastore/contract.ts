// What every driver of a door must do, as tests. A driver's own test hands over a maker; the suites run on the fakes and on
// the real programs alike.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../exec/exec.ts';
import type { BackupStoreConfig } from '../model/backup-store-config.ts';
import type { BackupStore } from './backup-store.ts';
import type { ImageStore } from './image-store.ts';

export interface BackupStoreMaker {
  /** A store that does not exist yet, in this directory. */
  config: (directory: string) => BackupStoreConfig;
  /** The same store with a password that is not its own, of drivers that have passwords. */
  withWrongPassword?: (config: BackupStoreConfig) => BackupStoreConfig;
  open: (config: BackupStoreConfig) => BackupStore;
  /** Makes the store at its place where that can be done quicker than by the store itself. */
  lay?: (config: BackupStoreConfig) => Promise<void>;
  /** Takes the store away again; usually it is the directory. */
  wipe?: (config: BackupStoreConfig) => Promise<void>;
  /** What its figures say: what it takes itself (the usual), what all takes on its file system, or what it is told is recorded in it. */
  measures?: 'itself' | 'file system' | 'nothing';
}

const never = (): AbortSignal => new AbortController().signal;

export function backupStoreContract(name: string, maker: BackupStoreMaker): void {
  describe(`${name} as a backup store`, () => {
    let root: string;
    let directory: string;
    let config: BackupStoreConfig;
    let store: BackupStore;

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'onevault-store-'));
      directory = join(root, 'vm', 'backup');
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'vm.xml'), '<VM/>');
      await writeFile(join(directory, 'disk.0.0'), randomBytes(3_000_000));
      config = maker.config(join(root, 'store'));
      store = maker.open(config);
      await maker.lay?.(config);
    });
    afterEach(() => rm(root, { recursive: true, force: true }));

    const { measures = 'itself', wipe = async () => rm(join(root, 'store'), { recursive: true, force: true }) } = maker;
    const backup = (operationId: string, signal = never()) => store.backup({ directory, vmId: 7, operationId, signal });

    it('gives back what it was given, and counts it', async () => {
      await store.prepare(never());
      const snapshot = await backup('00000000000000a1');
      expect(snapshot.source).toMatch(/^([0-9a-f]{6}|[0-9a-f]{8})$/);
      expect(snapshot.processedBytes).toBe(3_000_005);
      expect(snapshot.storedBytes).toBeGreaterThan(2_900_000);
      const read = await buffer(store.read(snapshot.source, join(directory, 'disk.0.0')));
      expect(sha256(read)).toBe(sha256(await readFile(join(directory, 'disk.0.0'))));
      expect(String(await buffer(store.read(snapshot.source, join(directory, 'vm.xml'))))).toBe('<VM/>');
    });

    it('shows its snapshots as files that are read anywhere, as long as the view is open', async () => {
      await store.prepare(never());
      const { source } = await backup('00000000000000a1');
      const shown = join(root, 'shown');
      await mkdir(shown);
      const view = await store.view(shown, never());
      const file = await open(view.pathOf(source, join(directory, 'disk.0.0')));
      const bytes = Buffer.alloc(100_000);
      await file.read(bytes, 0, bytes.length, 1_700_000);
      await file.close();
      expect(bytes.equals((await readFile(join(directory, 'disk.0.0'))).subarray(1_700_000, 1_800_000))).toBe(true);
      await view.close();
      expect(await readdir(shown)).toEqual([]);
      await expect(store.view(shown, AbortSignal.abort())).rejects.toThrow();
    });

    it('can be prepared again, by several at once, and by another process', async () => {
      await wipe(config);
      await Promise.all([store.prepare(never()), store.prepare(never()), maker.open(config).prepare(never())]);
      await store.prepare(never());
      const { source } = await backup('00000000000000a2');
      expect(await maker.open(config).find('00000000000000a2')).toEqual([source]);
    });

    const { withWrongPassword } = maker;
    it.runIf(withWrongPassword)('refuses a wrong password and says so', async () => {
      await store.prepare(never());
      const stranger = maker.open(withWrongPassword?.(config) ?? config);
      await expect(stranger.prepare(never())).rejects.toThrow(/password is wrong/);
    });

    it.runIf(measures !== 'nothing')('says when its place is no directory', async () => {
      await rm(join(root, 'store'), { recursive: true, force: true });
      await writeFile(join(root, 'store'), 'a file');
      await expect(store.prepare(never())).rejects.toMatchObject({ name: /Error/, code: 0x800 });
    });

    it('finds and removes the snapshots of one operation only', async () => {
      await store.prepare(never());
      const first = await backup('00000000000000a3');
      const second = await backup('00000000000000a4');
      expect(await store.find('00000000000000a3')).toEqual([first.source]);
      await store.remove([first.source]);
      await store.remove([first.source, another(first.source, second.source)]);
      expect(await store.find('00000000000000a3')).toEqual([]);
      expect(await store.find('00000000000000a4')).toEqual([second.source]);
      await expect(buffer(store.read(first.source, join(directory, 'vm.xml')))).rejects.toThrow(first.source);
    });

    it('lists what is there, whose it is and from where it can be read', async () => {
      await store.prepare(never());
      expect(await store.list(never())).toEqual([]);
      const first = await backup('00000000000000b1');
      const second = await backup('00000000000000b2');
      const listed = await store.list(never());
      expect(listed.map(({ source, vmId, operationId }) => ({ source, vmId, operationId }))).toEqual(
        expect.arrayContaining([
          { source: first.source, vmId: 7, operationId: '00000000000000b1' },
          { source: second.source, vmId: 7, operationId: '00000000000000b2' },
        ]),
      );
      expect(listed).toHaveLength(2);
      for (const { source, directory: inside, storedAt } of listed) {
        expect(String(await buffer(store.read(source, `${inside}/vm.xml`)))).toBe('<VM/>');
        expect(storedAt).toBeGreaterThan(1_700_000_000);
      }
      await store.remove([first.source]);
      expect((await store.list(never())).map(({ source }) => source)).toEqual([second.source]);
      await expect(store.list(AbortSignal.abort())).rejects.toThrow();
    });

    it('fails a read of a file or snapshot that is not there', async () => {
      await store.prepare(never());
      const { source } = await backup('00000000000000a5');
      const reads = [
        () => store.read(source, join(directory, 'disk.9.0')),
        () => store.read(source, '/etc/passwd'),
        () => store.read(another(source), join(directory, 'vm.xml')),
      ];
      for (const read of reads) await expect(buffer(read())).rejects.toThrow(/Could not read/);
    });

    it('leaves nothing behind when it is cancelled', async () => {
      await store.prepare(never());
      await writeFile(join(directory, 'disk.1.0'), Buffer.alloc(50_000_000, 'abc'));
      const cancel = new AbortController();
      const running = backup('00000000000000a6', cancel.signal);
      void delay(5).then(() => {
        cancel.abort();
      });
      await expect(running).rejects.toThrow();
      expect(await store.find('00000000000000a6')).toEqual([]);
    });

    it('stops reading when the stream is destroyed', async () => {
      await store.prepare(never());
      const { source } = await backup('00000000000000a7');
      const stream = store.read(source, join(directory, 'disk.0.0'));
      const first = await firstChunk(stream);
      expect(first.length).toBeGreaterThan(0);
      stream.destroy();
      expect(stream.destroyed).toBe(true);
      await store.remove([source]); // works at once: no reader holds the store
    });

    it('gives back the space of what was removed, and keeps the rest', async () => {
      await store.prepare(never());
      const kept = await backup('00000000000000a9');
      await writeFile(join(directory, 'disk.1.0'), randomBytes(40_000_000));
      const removed = await backup('00000000000000aa');
      const before = await store.capacity();
      await store.remove([removed.source]);
      expect(await store.prune({ budgetMs: 120_000, signal: never() })).toMatchObject({ complete: true });
      const { usedMb } = await store.capacity();
      if (measures === 'itself') expect(before.usedMb - usedMb).toBeGreaterThan(35);
      const read = await buffer(store.read(kept.source, join(directory, 'disk.0.0')));
      expect(sha256(read)).toBe(sha256(await readFile(join(directory, 'disk.0.0'))));
    });

    it('finds nothing wrong with what it has just stored, and stops looking when it is told to', async () => {
      await store.prepare(never());
      await backup('00000000000000ab');
      for (const part of [1, 2])
        expect(await store.check({ part, parts: 2, signal: never() })).toEqual({ problems: [] });
      await expect(store.check({ part: 1, parts: 2, signal: AbortSignal.abort() })).rejects.toThrow();
    });

    it('knows its capacity', async () => {
      await store.prepare(never());
      await backup('00000000000000a8');
      const { totalMb, freeMb, usedMb } = await store.capacity(() => Promise.resolve(3));
      expect(totalMb).toBeGreaterThan(freeMb);
      expect(usedMb).toBeGreaterThanOrEqual(2);
      if (measures !== 'file system') expect(usedMb).toBeLessThan(50);
    });
  });
}

export function imageStoreContract(name: string, open: (basePath: string) => ImageStore): void {
  describe(`${name} as an image store`, () => {
    let root: string;
    let store: ImageStore;

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'onevault-images-'));
      store = open(join(root, 'images'));
    });
    afterEach(() => rm(root, { recursive: true, force: true }));

    it('never gives the same place twice', () => {
      expect(store.newSource()).not.toBe(store.newSource());
    });

    it('imports a raw file sparsely and byte for byte', async () => {
      const file = join(root, 'disk.img');
      await writeSparse(file, 64 * 2 ** 20, 1 << 20);
      const image = await store.importFile(file, '');
      expect(image).toMatchObject({ format: 'raw', virtualBytes: 64 * 2 ** 20 });
      expect(sha256(await readFile(image.source))).toBe(sha256(await readFile(file)));
      expect((await stat(image.source)).blocks * 512).toBeLessThan(3 * 2 ** 20);
      expect(await store.virtualBytes(image.source, 'raw')).toBe(64 * 2 ** 20);
    });

    it('makes images of both formats and knows their size', async () => {
      for (const format of ['raw', 'qcow2'] as const) {
        const image = await store.create(10 * 2 ** 20, format);
        expect(image).toMatchObject({ format, virtualBytes: 10 * 2 ** 20 });
        expect(await store.virtualBytes(image.source, format)).toBe(10 * 2 ** 20);
        const again = await store.importFile(image.source, format);
        expect(again.virtualBytes).toBe(10 * 2 ** 20);
      }
    });

    it('refuses what is not what it is said to be', async () => {
      const file = join(root, 'disk.bin');
      await writeFile(file, 'text');
      await expect(store.importFile(file, 'qcow2')).rejects.toThrow(/not a qcow2/);
      await expect(store.importFile(file, '')).rejects.toMatchObject({ hint: /FORMAT/ });
      await expect(store.importFile(join(root, 'none.raw'), '')).rejects.toThrow(/none\.raw/);
      await expect(store.importFile(root, 'raw')).rejects.toThrow(/not a file/);
    });

    it('refuses a qcow2 that leads to other files', async () => {
      const base = await store.create(1 << 20, 'raw');
      const overlay = join(root, 'overlay.qcow2');
      await store.overlay({ path: base.source, format: 'raw' }, overlay);
      await expect(store.importFile(overlay, 'qcow2')).rejects.toThrow(/backing file/);
    });

    it('never probes a raw file, whatever is in it', async () => {
      const qcow2 = await store.create(10 * 2 ** 20, 'qcow2');
      const image = await store.importFile(qcow2.source, 'raw');
      expect(image.format).toBe('raw');
      expect(image.virtualBytes).toBe((await stat(qcow2.source)).size);
    });

    it('puts a disk on top of an image, once', async () => {
      const base = await store.create(10 * 2 ** 20, 'qcow2');
      const disk = join(root, 'vms', '3', 'disk.0');
      await store.overlay({ path: base.source, format: 'qcow2' }, disk);
      expect(await store.virtualBytes(disk, 'qcow2')).toBe(10 * 2 ** 20);
      await writeFile(disk, 'the guest wrote this');
      await store.overlay({ path: base.source, format: 'qcow2' }, disk);
      expect(await readFile(disk, 'utf8')).toBe('the guest wrote this');
    });

    it('puts a larger disk on top of an image', async () => {
      const base = await store.create(10 * 2 ** 20, 'raw');
      const disk = join(root, 'vms', '3', 'disk.0');
      await store.overlay({ path: base.source, format: 'raw' }, disk, 12 * 2 ** 20);
      expect(await store.virtualBytes(disk, 'qcow2')).toBe(12 * 2 ** 20);
    });

    it('lets disks grow, and never shrink', async () => {
      for (const format of ['raw', 'qcow2'] as const) {
        const { source } = await store.create(2 * 2 ** 20, format);
        await store.grow(source, format, 5 * 2 ** 20);
        expect(await store.virtualBytes(source, format)).toBe(5 * 2 ** 20);
        await store.grow(source, format, 2 ** 20);
        expect(await store.virtualBytes(source, format)).toBe(5 * 2 ** 20);
      }
      await expect(store.grow(join(root, 'none'), 'raw', 1)).rejects.toThrow(/Could not let .*none grow/);
    });

    it('keeps snapshots in a qcow2, goes back to them and forgets them', async () => {
      const before = await store.importFile(await written(join(root, 'before.raw'), 'before'), 'raw');
      const disk = join(root, 'vms, all', 'disk.0');
      await store.overlay({ path: before.source, format: 'raw' }, disk);
      await store.createSnapshot(disk, 'one-1');
      await store.createSnapshot(disk, 'one-1');
      expect(await store.snapshots(disk)).toEqual(['one-1']);
      await run(['qemu-io', '-f', 'qcow2', '-c', 'write -P 0x61 0 65536', disk]);
      const now = await store.copyDisk({ path: disk, format: 'qcow2' }, 'raw', store.newSource());
      expect((await readFile(now.source)).subarray(0, 6).toString()).toBe('aaaaaa');
      const then = { path: disk, format: 'qcow2', snapshot: 'one-1' } as const;
      const old = await store.copyDisk(then, 'raw', store.newSource());
      expect(sha256(await readFile(old.source))).toBe(sha256(await readFile(before.source)));
      await store.revertSnapshot(disk, 'one-1');
      const again = await store.copyDisk({ path: disk, format: 'qcow2' }, 'raw', store.newSource());
      expect(sha256(await readFile(again.source))).toBe(sha256(await readFile(before.source)));
      expect(await store.snapshots(disk)).toEqual(['one-1']);
      await store.deleteSnapshots(disk, ['one-1', 'one-2']);
      expect(await store.snapshots(disk)).toEqual([]);
      await expect(store.revertSnapshot(disk, 'one-1')).rejects.toThrow(/has no snapshot one-1/);
    });

    it('copies a disk of either format into an image that stands alone', async () => {
      const base = await store.importFile(await written(join(root, 'base.raw'), 'base'), 'raw');
      const disk = join(root, 'disk.0');
      await store.overlay({ path: base.source, format: 'raw' }, disk);
      for (const format of ['raw', 'qcow2'] as const) {
        const copy = await store.copyDisk({ path: disk, format: 'qcow2' }, format, store.newSource());
        expect(copy).toMatchObject({ format, virtualBytes: 2 ** 20 });
        expect((await store.importFile(copy.source, format)).virtualBytes).toBe(2 ** 20);
        const argv = ['qemu-img', 'compare', '-f', format, '-F', 'raw', copy.source, base.source];
        expect((await run(argv)).stdout).toContain('identical');
      }
      const gone = store.copyDisk({ path: join(root, 'none'), format: 'raw' }, 'raw', store.newSource());
      await expect(gone).rejects.toThrow(/Could not copy the disk .*none/);
    });

    it('makes volatile disks of every kind', async () => {
      const size = 16 * 2 ** 20;
      for (const format of ['raw', 'qcow2'] as const) {
        for (const [kind, fs] of [
          ['fs', ''],
          ['fs', 'ext4'],
          ['swap', ''],
        ] as const) {
          const path = join(root, 'vms', `${format}-${kind}-${fs}`);
          await store.volatile(path, size, format, kind, fs);
          expect(await store.virtualBytes(path, format)).toBe(size);
        }
      }
      const swap = await readFile(join(root, 'vms', 'raw-swap-'));
      expect(swap.subarray(4086, 4096).toString()).toBe('SWAPSPACE2');
      const ext4 = await readFile(join(root, 'vms', 'raw-fs-ext4'));
      expect(ext4.readUInt16LE(1024 + 56)).toBe(0xef53);
      await expect(store.volatile(join(root, 'vms', 'x'), size, 'raw', 'fs', 'zfs')).rejects.toThrow(/ext4/);
    });

    it('says what is missing when there is not enough room', async () => {
      await expect(store.create(2 ** 50, 'raw')).rejects.toThrow(/needs 1073741824 MB and .* has \d+ MB free/);
    });

    it('removes an image, and does not mind that it is gone', async () => {
      const { source } = await store.create(1 << 20, 'raw');
      await store.remove(source);
      await store.remove(source);
      await expect(stat(source)).rejects.toThrow(/ENOENT/);
      await expect(store.remove('/etc/hostname')).rejects.toThrow(/not an image/);
    });

    it('can be reached by QEMU, with its directory', async () => {
      const { source } = await store.create(1 << 20, 'raw');
      expect((await stat(join(root, 'images'))).mode & 0o777).toBe(0o755);
      expect((await stat(source)).mode & 0o040).toBe(0o040);
      expect(await store.capacity()).toMatchObject({ totalMb: expect.any(Number), freeMb: expect.any(Number) });
    });
  });
}

/** A file of 1 MiB that begins with a text. */
async function written(path: string, text: string): Promise<string> {
  const bytes = Buffer.alloc(2 ** 20, 7);
  bytes.write(text);
  await writeFile(path, bytes);
  return path;
}

async function writeSparse(path: string, size: number, dataAt: number): Promise<void> {
  const file = await open(path, 'w');
  await file.write(randomBytes(1 << 16), 0, 1 << 16, dataAt);
  await file.truncate(size);
  await file.close();
}

async function firstChunk(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('data', (chunk: Buffer) => {
      stream.pause();
      resolve(chunk);
    });
  });
}

/** A source of the same form as these that is none of them. */
function another(...sources: string[]): string {
  const all = ['0', 'f', '5'].map((digit) => digit.repeat(sources[0]?.length ?? 0));
  return all.find((source) => !sources.includes(source)) ?? '';
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
