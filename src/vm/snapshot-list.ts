// The snapshots of a whole VM, memory and disks, as SNAPSHOT vectors of its record. Pure.
import { field, setField, vectors, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Vm } from '../model/vm.ts';
import { takeId } from './device-list.ts';
import { refuseInIncrements } from './disk-snapshot-list.ts';
import { readDisks } from './disks.ts';

/** Adds the snapshot that is about to be made; returns its id. */
export function addSnapshot(vm: Vm, name: string, nowSec: number): number {
  refuseInIncrements(vm, 'snapshot-create');
  const unable = readDisks(vm.template).filter(({ kind, format }) => kind !== 'cdrom' && format !== 'qcow2');
  if (unable.length > 0) {
    const disks = unable.map(({ diskId, format }) => `disk ${diskId} (FORMAT="${format}")`).join(', ');
    throw new OneError(
      CODE.ACTION,
      `Virtual machine ${vm.id} cannot have snapshots: every disk must be qcow2, and ${disks} is not.`,
      { objectId: vm.id },
    );
  }
  const id = takeId(vm, 'snapshot');
  const snapshot: Vector = [
    ['ACTIVE', 'YES'],
    ['HYPERVISOR_ID', hypervisorId(id)],
    ['NAME', name === '' ? `snapshot-${id}` : name],
    ['SNAPSHOT_ID', String(id)],
    ['TIME', String(nowSec)],
  ];
  vm.template = [...vm.template, ['SNAPSHOT', snapshot]];
  return id;
}

/** How the hypervisor names it, and the disks' files. */
function hypervisorId(snapshotId: number): string {
  return `snap-${snapshotId}`;
}

export function snapshotOf(vm: Vm, snapshotId: number): Vector {
  const all = vectors(vm.template, 'SNAPSHOT');
  const found = all.find((one) => field(one, 'SNAPSHOT_ID') === String(snapshotId));
  if (found) return found;
  const known = all.map((one) => field(one, 'SNAPSHOT_ID') ?? '').join(', ') || 'none';
  throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} has no snapshot ${snapshotId}; it has ${known}.`, {
    objectId: vm.id,
  });
}

/** Work on it goes on: ACTIVE says so, as OpenNebula's does. */
export function markActive(vm: Vm, snapshotId: number): void {
  setField(snapshotOf(vm, snapshotId), 'ACTIVE', 'YES');
}

export function clearActive(vm: Vm): void {
  vm.template = vm.template.map(([name, value]) =>
    name === 'SNAPSHOT' && typeof value !== 'string'
      ? [name, value.filter(([key]) => key !== 'ACTIVE')]
      : [name, value],
  );
}

export function removeSnapshot(vm: Vm, snapshotId: number): void {
  const gone = snapshotOf(vm, snapshotId);
  vm.template = vm.template.filter(([, value]) => value !== gone);
}

/** Names of all in the hypervisor and in the disks' files. */
export function hypervisorIds(vm: Pick<Vm, 'template'>): string[] {
  return vectors(vm.template, 'SNAPSHOT').flatMap((one) => field(one, 'HYPERVISOR_ID') ?? []);
}
