// The snapshots of a VM's disks as its record has them: a tree per disk, in which one snapshot is the one the disk goes on from.
// Pure.
import { CODE, OneError } from '../model/errors.ts';
import type { DiskSnapshot, DiskSnapshots, Vm } from '../model/vm.ts';
import { diskOf } from './device-list.ts';

/** Name of a snapshot inside the disk's file; no other VM that uses the file later has the same. */
export function snapshotName(vmId: number, diskId: number, snapshotId: number): string {
  return `one-${vmId}-${diskId}-${snapshotId}`;
}

/** Adds the snapshot that is about to be made; returns its id. */
export function addDiskSnapshot(vm: Vm, diskId: number, name: string, nowSec: number): number {
  const disk = diskOf(vm, diskId);
  refuseInIncrements(vm, 'disk-snapshot-create');
  const why =
    disk.kind === 'cdrom'
      ? 'is a CDROM, which never changes'
      : disk.format !== 'qcow2'
        ? `has FORMAT="${disk.format}", and only qcow2 holds snapshots`
        : undefined;
  if (why !== undefined) {
    throw new OneError(CODE.ACTION, `Disk ${diskId} of virtual machine ${vm.id} ${why}.`, { objectId: vm.id });
  }
  const list = listOf(vm, diskId);
  const id = list.nextId++;
  const before = list.snapshots.find(({ active }) => active);
  before?.children.push(id);
  list.snapshots.push({
    id,
    name: name === '' ? `snapshot-${id}` : name,
    parent: before?.id ?? -1,
    children: [],
    date: nowSec,
    sizeMb: disk.sizeMb,
    active: false,
  });
  activate(list, id);
  return id;
}

/** Takes out a snapshot that could not be made: the disk goes on from the one it came from. */
export function dropDiskSnapshot(vm: Vm, diskId: number, snapshotId: number): void {
  const list = listOf(vm, diskId);
  const gone = list.snapshots.find(({ id }) => id === snapshotId);
  list.snapshots = list.snapshots.filter(({ id }) => id !== snapshotId);
  for (const snapshot of list.snapshots) snapshot.children = snapshot.children.filter((id) => id !== snapshotId);
  if (gone?.active) activate(list, gone.parent);
}

/** Throws when the snapshot may not be deleted: others came from it. The disk may go on from it: it then goes on from its parent. */
export function refuseDelete(vm: Vm, diskId: number, snapshotId: number): void {
  const { children } = diskSnapshotOf(vm, diskId, snapshotId);
  if (children.length === 0) return;
  const why = `has children (${children.join(', ')}); delete those first`;
  const which = `Snapshot ${snapshotId} of disk ${diskId} of virtual machine ${vm.id}`;
  throw new OneError(CODE.ACTION, `${which} ${why}.`, { objectId: vm.id });
}

/** The disk goes on from this one. */
export function activateDiskSnapshot(vm: Vm, diskId: number, snapshotId: number): void {
  activate(listOf(vm, diskId), snapshotId);
}

export function renameDiskSnapshot(vm: Vm, diskId: number, snapshotId: number, name: string): void {
  if (name === '') throw new OneError(CODE.ACTION, 'The name of the snapshot is empty; give it one.');
  diskSnapshotOf(vm, diskId, snapshotId).name = name;
}

export function diskSnapshotOf(vm: Vm, diskId: number, snapshotId: number): DiskSnapshot {
  diskOf(vm, diskId);
  const { snapshots } = listOf(vm, diskId);
  const snapshot = snapshots.find(({ id }) => id === snapshotId);
  if (snapshot) return snapshot;
  const known = snapshots.map(({ id }) => id).join(', ') || 'none';
  throw new OneError(
    CODE.ACTION,
    `Disk ${diskId} of virtual machine ${vm.id} has no snapshot ${snapshotId}; it has ${known}.`,
    { objectId: vm.id },
  );
}

/** Snapshots and increments both ask the disk's file what has changed, and one would spoil the other's answer. */
export function refuseInIncrements(vm: Pick<Vm, 'id' | 'backups'>, action: string): void {
  if (!vm.backups.configured || vm.backups.config.mode !== 'INCREMENT') return;
  throw new OneError(
    CODE.ACTION,
    `Virtual machine ${vm.id} has BACKUP_CONFIG/MODE="INCREMENT": ${action} is not possible with incremental backups.`,
    { objectId: vm.id, hint: 'Set MODE="FULL" with onevm updateconf, or take a backup instead.' },
  );
}

/** The snapshots of one disk, which the record holds from now on. */
function listOf(vm: Vm, diskId: number): DiskSnapshots {
  const lists = (vm.diskSnapshots ??= []);
  const found = lists.find((one) => one.diskId === diskId);
  if (found) return found;
  const made: DiskSnapshots = { diskId, nextId: 0, snapshots: [] };
  lists.push(made);
  return made;
}

function activate(list: DiskSnapshots, snapshotId: number): void {
  for (const snapshot of list.snapshots) snapshot.active = snapshot.id === snapshotId;
}
