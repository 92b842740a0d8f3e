// What a backup leaves, planted where no backup was taken: the datastore of it and its image.
import type { Image, Layer } from '../../src/model/image.ts';
import { backupImage } from '../golden/objects.ts';
import type { FakeCloud } from '../unit/fake-cloud.ts';

/** One raw disk, whole. */
export const storedLayer: Layer = {
  ...{ source: '25f4b298', path: '/backup', pointId: 0, sizeMb: 1 },
  disks: [
    {
      ...{ diskId: 0, file: 'disk.0.0', virtualBytes: 2 ** 20, fileBytes: 2 ** 20 },
      ...{ sha256: '', originalFormat: 'raw' },
    },
  ],
};

/** A datastore for backups; nothing is in it. */
export function backupDatastore(cloud: FakeCloud): Promise<number> {
  return cloud.id('one.datastore.allocate', 'NAME="backups"\nTYPE="BACKUP_DS"\nDS_MAD="fake"', -1);
}

/** A full backup of a VM with one disk. */
export async function plantBackup(cloud: FakeCloud, datastoreId: number, change: Partial<Image>): Promise<number> {
  const points = backupImage.points.slice(0, 1).map((point) => ({ ...point, layers: [storedLayer] }));
  const record: Image = { ...backupImage, datastoreId, points, ...change };
  return (await cloud.store.images.allocate((id) => ({ ...record, id }))).id;
}

/** A chain of one increment on a full backup, with which the VM is to go on. */
export async function plantChain(cloud: FakeCloud, datastoreId: number, vmId: number): Promise<number> {
  const points = backupImage.points.map((point) => ({ ...point, layers: [{ ...storedLayer, pointId: point.id }] }));
  const id = await plantBackup(cloud, datastoreId, { name: 'chain', vms: [vmId], points });
  await cloud.store.vms.update(vmId, ({ backups }) => {
    backups.ids = [id];
    Object.assign(backups.config, { incrementalBackupId: id, lastIncrementId: 1 });
    backups.last = { imageId: id, pointId: 1, type: 'INCREMENT', reason: 'planted', consistency: 'crash', date: 1 };
  });
  return id;
}
