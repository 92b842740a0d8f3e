// Layers in a backup store, made of chains of clusters: what restores, merges and verifications of tests read.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackupStore } from '../../src/datastore/all.ts';
import type { Layer, StoredDisk } from '../../src/model/image.ts';
import type { BackupStoreConfig } from '../../src/model/backup-store-config.ts';
import type { Member } from '../../src/model/tasks/served-disk.ts';
import { cheapRepository } from '../guest/repository.ts';
import { memberFile, sha256, sizeOf, type Kinds } from '../disk/members.ts';

export interface StoredChain {
  root: string;
  store: BackupStoreConfig;
  layers: Layer[];
  /** Members of a disk, oldest first. */
  members(diskId: number): Member[];
  /** Where the store keeps a file of a layer: to damage it. */
  fileOf(layer: number, name: string): string;
  remove(): Promise<void>;
}

export type StoreKind = Pick<BackupStoreConfig, 'driver' | 'attributes'>;

/** One chain for each disk, all of them equally long. */
export function storeChains(...chains: Kinds[][]): Promise<StoredChain> {
  return storeChainsIn({ driver: 'fake', attributes: {} }, ...chains);
}

export async function storeChainsIn(kind: StoreKind, ...chains: Kinds[][]): Promise<StoredChain> {
  const root = await mkdtemp(join(tmpdir(), 'onevault-chain-'));
  const store = { ...kind, datastoreId: 100, basePath: join(root, 'store') };
  const password = kind.attributes['RESTIC_PASSWORD'];
  if (password !== undefined) await cheapRepository(store.basePath, password);
  const backups = openBackupStore(store);
  const { signal } = new AbortController();
  await backups.prepare(signal);
  const layers: Layer[] = [];
  for (let pointId = 0; pointId < (chains[0]?.length ?? 0); pointId++) {
    const path = join(root, `point.${pointId}`);
    await mkdir(path);
    await writeFile(join(path, 'vm.xml'), `<VM><POINT>${pointId}</POINT></VM>`);
    const disks: StoredDisk[] = [];
    for (const [diskId, chain] of chains.entries()) {
      const kinds = chain[pointId] ?? [];
      const file = memberFile(kinds, pointId);
      const name = `disk.${diskId}.${pointId}`;
      await writeFile(join(path, name), file);
      disks.push({
        diskId,
        file: name,
        virtualBytes: sizeOf(kinds),
        fileBytes: file.length,
        sha256: sha256(file),
        originalFormat: 'qcow2',
        samples: [{ cluster: pointId, sha256: `of point ${pointId}` }],
      });
    }
    const { source } = await backups.backup({ directory: path, vmId: 7, operationId: `point-${pointId}`, signal });
    layers.push({ source, path, pointId, sizeMb: 1, disks });
    await rm(path, { recursive: true });
  }
  return {
    root,
    store,
    layers,
    members: (diskId) =>
      layers.flatMap(({ source, path, disks }) =>
        disks
          .filter((disk) => disk.diskId === diskId)
          .map((stored) => ({ source, path: join(path, stored.file), stored })),
      ),
    fileOf: (layer, name) => join(store.basePath, layers[layer]?.source ?? '', name),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** Changes one byte of a file. */
export function changeByte(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
