// The request for a pull-mode backup job: which disks take part, under which names they are exported, and where QEMU keeps
// the blocks that the guest overwrites. Pure.
import { CODE, OneError } from '../../model/errors.ts';
import type { BackupBegin } from '../hypervisor.ts';
import type { LiveDomain } from './live-xml.ts';
import { bitmapName, exportName, scratchFile, socketFile } from './run-directory.ts';
import { element, lines, textElement } from './xml.ts';

/**
 * Disks of the task take part; every other disk of the domain is named and left out. With a parent each export shows beside its disk
 * what has changed since that checkpoint.
 */
export function backupXml(begin: BackupBegin, live: LiveDomain, parent: string | null = null): string {
  requireDisks(begin, live);
  const disks = live.disks.map(({ target }) => {
    const disk = begin.disks.find((one) => one.target === target);
    if (disk === undefined) return element('disk', { name: target, backup: 'no' });
    return element(
      'disk',
      {
        name: target,
        backup: 'yes',
        type: 'file',
        exportname: exportName(disk.diskId),
        exportbitmap: parent === null ? undefined : bitmapName(disk.diskId),
      },
      element('scratch', { file: scratchFile(begin.runDirectory, disk.diskId) }),
    );
  });
  const server = element('server', { transport: 'unix', socket: socketFile(begin.runDirectory) });
  const since = parent !== null && textElement('incremental', parent);
  return lines(element('domainbackup', { mode: 'pull' }, since, server, element('disks', {}, ...disks)));
}

/** Every disk of the task must be one of the domain. */
export function requireDisks(begin: BackupBegin, live: LiveDomain): void {
  for (const disk of begin.disks) {
    if (!live.disks.some(({ target }) => target === disk.target)) {
      const targets = live.disks.map(({ target }) => target).join(', ');
      throw new OneError(
        CODE.ACTION,
        `Disk ${disk.diskId} cannot be backed up: domain ${begin.domain} has no device "${disk.target}" (it has ${targets}).`,
      );
    }
  }
}
