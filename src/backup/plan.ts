// Decides what a backup of a VM will hold, and why: full or incremental, which disks, which not. Pure.
import { CODE, OneError } from '../model/errors.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import type { TaskDisk } from '../model/mover-protocol.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { diskPath, readDisks, type VmDisk } from '../vm/disks.ts';

export interface BackupPlan {
  type: 'FULL' | 'INCREMENT';
  reason: string;
  live: boolean;
  disks: TaskDisk[];
  /** Disks that are not part of it, with the reason of each, in words. */
  leftOut: string[];
}

/** Throws a OneError that says why no backup is possible. `vmDirectory` is where the VM's own disks lie. */
export function planBackup(vm: Vm, datastore: Datastore, vmDirectory: string): BackupPlan {
  if (datastore.type !== DATASTORE_TYPE.BACKUP_DS) {
    throw new OneError(
      CODE.ACTION,
      `Datastore ${datastore.id} (${datastore.name}) is not a backup datastore; give one of TYPE="BACKUP_DS".`,
      { objectId: datastore.id },
    );
  }
  const { config } = vm.backups;
  if (config.mode === 'INCREMENT') {
    throw new OneError(
      CODE.ACTION,
      `Virtual machine ${vm.id} has BACKUP_CONFIG/MODE="INCREMENT", which is not available yet; set MODE="FULL" with onevm updateconf.`,
      { objectId: vm.id },
    );
  }
  const live = vm.state === VM_STATE.ACTIVE && vm.lcmState === LCM.RUNNING;
  const disks: TaskDisk[] = [];
  const leftOut: string[] = [];
  for (const disk of readDisks(vm.template)) {
    const why = whyLeftOut(disk, config.backupVolatile);
    if (why === undefined) disks.push(taskDisk(disk, vmDirectory, live));
    else leftOut.push(`disk ${disk.diskId}: ${why}`);
  }
  if (disks.length === 0) {
    const reasons = leftOut.length > 0 ? ` (${leftOut.join('; ')})` : '';
    throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} has no disk to back up${reasons}.`, { objectId: vm.id });
  }
  return { type: 'FULL', reason: 'MODE is FULL', live, disks, leftOut };
}

function whyLeftOut(disk: VmDisk, backupVolatile: boolean): string | undefined {
  switch (disk.kind) {
    case 'swap':
      return 'swap is never backed up';
    case 'cdrom':
      return 'CDROMs are never backed up';
    case 'fs':
      return backupVolatile ? undefined : 'volatile, and BACKUP_VOLATILE is NO';
    case 'file':
      return undefined;
  }
}

function taskDisk(disk: VmDisk, vmDirectory: string, live: boolean): TaskDisk {
  return {
    diskId: disk.diskId,
    target: live ? disk.target : '',
    path: diskPath(disk, vmDirectory),
    format: disk.format,
    file: `disk.${disk.diskId}.0`,
  };
}
