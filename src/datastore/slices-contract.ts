// What a driver of backup stores that keeps slices must do, as tests: it compares with a parent, and reads folders.
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tarFiles } from '../disk/tar-read.ts';
import type { BackupStore, Snapshot } from './backup-store.ts';
import type { BackupStoreMaker } from './contract.ts';

const MOST_BYTES = 2_000_000;
const { signal } = new AbortController();

export function slicesContract(name: string, maker: BackupStoreMaker): void {
  describe(`${name} as a store of slices`, () => {
    let root: string;
    let directory: string;
    let store: BackupStore;

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'onevault-store-'));
      directory = join(root, 'vm', 'backup');
      await mkdir(join(directory, 'disk.0', '000000'), { recursive: true });
      const config = maker.config(join(root, 'store'));
      store = maker.open(config);
      await maker.lay?.(config);
      await store.prepare(signal);
      await put('00', 'a', 3);
      await put('01', 'b', 3);
      await put('ff', 'c', 3);
    });
    afterEach(() => rm(root, { recursive: true, force: true }));

    const slice = (file: string): string => join(directory, 'disk.0', '000000', file);
    /** Always of the same size: what differs are content and time. */
    const put = async (file: string, letter: string, mtimeSec: number): Promise<void> => {
      await writeFile(slice(file), Buffer.alloc(1_000_000, letter));
      await utimes(slice(file), mtimeSec, mtimeSec);
    };
    const backup = (operationId: string, parent?: string): Promise<Snapshot> =>
      store.backup({ directory, vmId: 7, operationId, signal, ...(parent !== undefined && { parent }) });
    const read = (source: string, folder = 'disk.0'): AsyncIterable<Uint8Array> => {
      if (!store.readFolder) throw new Error('it reads no folders');
      return store.readFolder(source, join(directory, folder));
    };
    const contentOf = async (source: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const { name: path, bytes } of tarFiles(read(source), 'it', MOST_BYTES)) {
        found.push(`${path.slice(-2)}: ${bytes.length} ${String.fromCharCode(...new Set(bytes))}`);
      }
      return found;
    };

    it('reads only what has another time than in the parent, whatever its inode', async () => {
      const { source } = await backup('00000000000000c1');
      await rm(slice('00'));
      await put('00', 'x', 3); // never so: it shows what is not read
      await put('01', 'y', 4);
      await rm(slice('ff'));
      await put('0a', 'z', 4);
      const second = await backup('00000000000000c2', source);
      const due = ['00: 1000000 a', '01: 1000000 y', '0a: 1000000 z'];
      expect(await contentOf(second.source)).toEqual(due);
      await store.remove([source]); // each is complete in itself
      expect(await contentOf(second.source)).toEqual(due);
      const third = await backup('00000000000000c3');
      expect((await contentOf(third.source))[0]).toBe('00: 1000000 x');
    });

    it('fails without a snapshot when the parent is gone', async () => {
      const { source } = await backup('00000000000000c4');
      await store.remove([source]);
      await expect(backup('00000000000000c5', source)).rejects.toThrow();
      expect(await store.find('00000000000000c5')).toEqual([]);
    });

    it('fails to read a folder that is not there', async () => {
      const { source } = await backup('00000000000000c6');
      await expect(buffer(read(source, 'disk.7'))).rejects.toThrow(/Could not read/);
    });
  });
}
