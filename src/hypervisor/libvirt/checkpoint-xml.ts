// The request for a checkpoint: a bitmap of its name on each disk that is tracked, and on no other. Pure.
import type { TaskDisk } from '../../model/tasks/backup.ts';
import type { LiveDomain } from './live-xml.ts';
import { element, lines, textElement } from './xml.ts';

/**
 * A checkpoint over the disks. With `createdAtSec` it describes one whose bitmaps are there already: libvirt insists on a time then,
 * and uses it for nothing but listings.
 */
export function checkpointXml(name: string, disks: TaskDisk[], live: LiveDomain, createdAtSec?: number): string {
  const all = live.disks.map((disk) => {
    const tracked = disks.some((one) => isThat(one, disk));
    return element('disk', {
      name: disk.target,
      checkpoint: tracked ? 'bitmap' : 'no',
      bitmap: tracked ? name : undefined,
    });
  });
  return lines(
    element(
      'domaincheckpoint',
      {},
      textElement('name', name),
      createdAtSec !== undefined && textElement('creationTime', createdAtSec),
      element('disks', {}, ...all),
    ),
  );
}

/** Whether a disk of a domain is that of a task; one that was planned when the VM was off is known by its file. */
export function isThat(disk: TaskDisk, live: { target: string; path: string }): boolean {
  return disk.target === '' ? disk.path === live.path : disk.target === live.target;
}
