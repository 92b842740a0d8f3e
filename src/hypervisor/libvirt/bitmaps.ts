// What notes the changes of a disk under CBT: a persistent dirty bitmap inside its qcow2, and whether it can be believed. Pure.
import { TrackerLost } from '../../model/errors.ts';
import type { TaskDisk } from '../../model/tasks/backup.ts';

export interface Bitmap {
  name: string;
  /** False when somebody switched it off, so that it missed writes. */
  recording: boolean;
  /** Whether QEMU did not live to write it down. */
  inconsistent: boolean;
  /** Bytes that it calls dirty; null when only reading it would tell. */
  dirtyBytes: number | null;
}

/** A disk's top image, as far as bitmaps are concerned. */
export interface Carrier {
  format: string;
  /** Whether it is a qcow2 of version 2, which has no place for bitmaps. */
  old: boolean;
  bitmaps: Bitmap[];
}

/** Why a disk cannot carry bitmaps at all, in words that go on after "disk 1: "; empty when it can. */
export function whyUnable({ format, old }: Carrier, path: string): string {
  if (format !== 'qcow2') return 'it is no qcow2, and nothing else carries bitmaps';
  if (!old) return '';
  return `qcow2 version 2 cannot carry bitmaps; set INCREMENT_MODE to SNAPSHOT, or power off and run qemu-img amend -f qcow2 -o compat=1.1 ${path}`;
}

/** Why what was written since the bitmap of that name began is not known, in the same form. */
export function troubleOf(carrier: Carrier, path: string, name: string): string {
  const unable = whyUnable(carrier, path);
  if (unable !== '') return unable;
  const bitmap = carrier.bitmaps.find((one) => one.name === name);
  if (bitmap === undefined) {
    return `its bitmap ${name} is not there: QEMU was killed before it wrote it down, the disk was replaced, or somebody removed it`;
  }
  if (bitmap.inconsistent) return `its bitmap ${name} is inconsistent: QEMU was killed`;
  return bitmap.recording ? '' : `its bitmap ${name} was switched off`;
}

/** The error for the first disk in trouble; null when there is none. */
export function lost(troubles: Array<{ disk: TaskDisk; trouble: string }>): TrackerLost | null {
  const found = troubles.find(({ trouble }) => trouble !== '');
  if (found === undefined) return null;
  return new TrackerLost(
    `What changed on disk ${found.disk.diskId} (${found.disk.path}) is not known: ${found.trouble}.`,
  );
}

/** Whether a bitmap or checkpoint of that name is a tracker of the VM. */
export function isTrackerOf(vmId: number, name: string): boolean {
  const [, number] = /^one-(\d+)-\d+$/.exec(name) ?? [];
  return number === String(vmId);
}
