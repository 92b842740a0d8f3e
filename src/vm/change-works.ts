// Which work each kind of change is.
import type { VmChange } from '../model/vm.ts';
import type { ChangeWork } from './change.ts';
import { createDiskSnapshot, deleteDiskSnapshot, revertDiskSnapshot } from './disk-snapshots.ts';
import { growDisk } from './disk-resize.ts';
import { attachDisk, attachNic, detachDisk, detachNic } from './hotplug.ts';
import { saveDisk } from './save-as.ts';
import { createSnapshot, deleteSnapshot, revertSnapshot } from './snapshots.ts';

export function changeWork(change: VmChange): ChangeWork {
  switch (change.kind) {
    case 'attach-disk':
      return attachDisk(change.diskId);
    case 'detach-disk':
      return detachDisk(change.diskId);
    case 'attach-nic':
      return attachNic(change.nicId);
    case 'detach-nic':
      return detachNic(change.nicId);
    case 'resize-disk':
      return growDisk(change);
    case 'save-disk':
      return saveDisk(change);
    case 'create-disk-snapshot':
      return createDiskSnapshot(change);
    case 'revert-disk-snapshot':
      return revertDiskSnapshot(change);
    case 'delete-disk-snapshot':
      return deleteDiskSnapshot(change);
    case 'create-snapshot':
      return createSnapshot(change.snapshotId);
    case 'revert-snapshot':
      return revertSnapshot(change.snapshotId);
    case 'delete-snapshot':
      return deleteSnapshot(change.snapshotId);
  }
}
