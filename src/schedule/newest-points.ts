// The newest good point of each VM. A VM says when its last backup was; only when that image is gone the images that are left are
// looked at, those of many VMs at once.
import type { Image } from '../model/image.ts';
import type { KnownVm } from '../model/known-vm.ts';
import type { Store } from '../store/store.ts';

/** Epoch seconds by id; VMs without a point are left out. */
export async function newestPoints(store: Store, vms: readonly KnownVm[]): Promise<Map<number, number>> {
  const told = vms.filter(({ backups: { last, ids } }) => last && ids.includes(last.imageId));
  const points = new Map(told.map(({ id, backups }) => [id, backups.last?.date ?? 0]));
  const others = vms.filter(({ id, backups }) => !points.has(id) && backups.ids.length > 0);
  const dates = await newestDates(store, [...new Set(others.flatMap(({ backups }) => backups.ids))]);
  for (const { id, backups } of others) {
    const newest = Math.max(0, ...backups.ids.map((image) => dates.get(image) ?? 0));
    if (newest > 0) points.set(id, newest);
  }
  return points;
}

/** A filter takes so many ids. */
const PAGE = 500;

async function newestDates(store: Store, imageIds: readonly number[]): Promise<Map<number, number>> {
  const dates = new Map<number, number>();
  for (let at = 0; at < imageIds.length; at += PAGE) {
    const images = await store.images.list({ ids: imageIds.slice(at, at + PAGE) });
    for (const image of images) dates.set(image.id, newestDate(image));
  }
  return dates;
}

/** 0 without a point that is not known to be damaged. */
function newestDate({ points }: Image): number {
  return Math.max(0, ...points.filter(({ verified }) => verified?.good !== false).map(({ date }) => date));
}
