// Snapshots of a whole running VM, memory and disks. The hypervisor makes and keeps them.
import { field, setField } from '../model/attributes.ts';
import type { Vm, VmChange } from '../model/vm.ts';
import type { ChangeWork } from './change.ts';
import { readDisks } from './disks.ts';
import { collapse } from './overlays.ts';
import type { Parts } from './parts.ts';
import { hypervisorOf } from './places.ts';
import { addSnapshot, clearActive, markActive, removeSnapshot, snapshotOf } from './snapshot-list.ts';

export function beginSnapshot(vm: Vm, name: string, nowSec: number): VmChange {
  return { kind: 'create-snapshot', snapshotId: addSnapshot(vm, name, nowSec) };
}

export function beginSnapshotChange(vm: Vm, kind: 'revert-snapshot' | 'delete-snapshot', snapshotId: number): VmChange {
  markActive(vm, snapshotId);
  return { kind, snapshotId };
}

export function createSnapshot(snapshotId: number): ChangeWork {
  let id = '';
  return {
    repeatable: false,
    carryOut: async (parts, vm) => {
      await collapse(parts, vm, readDisks(vm.template));
      id = await (await hypervisorOf(parts, vm)).createSnapshot(vm.deployId, idOf(vm, snapshotId));
    },
    undo: async (parts, vm) => {
      await collapse(parts, vm, readDisks(vm.template)); // the guest may stand still for one that was cut short
      await forget(parts, vm, snapshotId);
    },
    done: (vm) => {
      setField(snapshotOf(vm, snapshotId), 'HYPERVISOR_ID', id);
      clearActive(vm);
    },
    failed: (vm) => removeSnapshot(vm, snapshotId),
  };
}

export function revertSnapshot(snapshotId: number): ChangeWork {
  return {
    repeatable: true,
    carryOut: async (parts, vm) => (await hypervisorOf(parts, vm)).revertSnapshot(vm.deployId, idOf(vm, snapshotId)),
    done: clearActive,
    failed: clearActive,
  };
}

export function deleteSnapshot(snapshotId: number): ChangeWork {
  return {
    repeatable: true,
    carryOut: (parts, vm) => forget(parts, vm, snapshotId),
    done: (vm) => removeSnapshot(vm, snapshotId),
    failed: clearActive,
  };
}

async function forget(parts: Parts, vm: Vm, snapshotId: number): Promise<void> {
  await (await hypervisorOf(parts, vm)).deleteSnapshot(vm.deployId, idOf(vm, snapshotId));
}

function idOf(vm: Vm, snapshotId: number): string {
  return field(snapshotOf(vm, snapshotId), 'HYPERVISOR_ID') ?? '';
}
