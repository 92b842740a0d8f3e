// A disk of the VM as a backup shows it, in whatever layout.
import type { VirtualDirectory } from '../fuse/mount.ts';
import type { StoredDisk } from '../model/image.ts';
import type { DiskProgress } from '../model/operation.ts';

export interface BackupDisk {
  /** What stands for it in the virtual backup directory, by name; `mtimeSec` is the instant's. */
  entries(mtimeSec: number): VirtualDirectory['entries'];
  progress(): DiskProgress;
  /** What is recorded of the disk when the backup program has read all that it wanted. */
  stored(): StoredDisk;
  /** Bytes of the guest's disk that were read so far, tests of its tracker included. */
  readBytes(): number;
  close(): Promise<void>;
}
