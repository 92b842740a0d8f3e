// What a backup would be if it began now. The decisions are those of a real one; nothing is written, reserved or begun.
import type { BackupPreview, PreviewDrop } from '../model/backup-preview.ts';
import type { BackupPoint, Image } from '../model/image.ts';
import { readDisks } from '../vm/disks.ts';
import type { Parts } from '../vm/parts.ts';
import { previewQuota } from '../vm/quota-preview.ts';
import { nextOrRefuse } from '../vm/states.ts';
import { decide, reservation, type BackupWish, type Decision } from './decide.ts';
import { backupsOf } from './remove.ts';
import { copyOf } from './copied-image.ts';
import { retain } from './retention.ts';

const MIB = 2 ** 20;

/** Throws what a backup would throw at once. */
export async function previewBackup(parts: Parts, vmId: number, wish: BackupWish): Promise<BackupPreview> {
  nextOrRefuse('backup', await parts.store.vms.get(vmId));
  const decision = await decide(parts, vmId, wish);
  const { plan, vm, datastore, trackers } = decision;
  const sizes = new Map(readDisks(vm.template).map(({ diskId, sizeMb, target }) => [diskId, { sizeMb, target }]));
  return {
    type: plan.type,
    reason: plan.reason,
    live: plan.live,
    datastoreId: datastore.id,
    disks: plan.disks.map(({ diskId, path }) => {
      const dirty = trackers.find((tracker) => tracker.diskId === diskId)?.dirtyBytes ?? null;
      const { sizeMb = 0, target = '' } = sizes.get(diskId) ?? {};
      const dirtyMb = plan.type === 'FULL' || dirty === null ? null : Math.ceil(dirty / MIB);
      return { diskId, target, path, virtualMb: sizeMb, dirtyMb };
    }),
    leftOut: plan.leftOut,
    drops: dropsOf(await backupsOf(parts.store, vm), decision, Math.floor(parts.clock() / 1000), parts.timeZone),
    quota: await previewQuota(parts.store, vm, reservation(decision)),
  };
}

/** What retention would drop once the backup is there. */
export function dropsOf(
  images: readonly Image[],
  { plan, vm, datastore }: Pick<Decision, 'plan' | 'vm' | 'datastore'>,
  nowSec: number,
  zone: string,
): PreviewDrop[] {
  const point = { id: plan.pointId, date: nowSec } as BackupPoint; // retention looks at nothing else of it
  const after = plan.parent
    ? images.map((image) =>
        image.id === plan.parent?.imageId ? { ...image, points: [...image.points, point] } : image,
      )
    : [...images, newest(images, point, datastore.id)];
  const chainImageId = plan.parent?.imageId ?? -1;
  const own = after.filter((image) => copyOf(image) === undefined);
  return retain(own, vm.backups.config, { nowSec, zone, chainImageId }).flatMap(({ image, gone, reason }) =>
    gone.length === 0 ? [] : [{ imageId: image.id, pointIds: gone, reason }],
  );
}

function newest(images: readonly Image[], point: BackupPoint, datastoreId: number): Image {
  const id = Math.max(-1, ...images.map((image) => image.id)) + 1;
  return { id, datastoreId, state: 1, prevState: 0, points: [point], template: [] } as unknown as Image;
}
