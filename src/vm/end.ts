// Ends a VM's stay on a host: its domain is forgotten there; and when it ends for good, or begins anew, its files go too.
import type { Vm } from '../model/vm.ts';
import { cleanPersistentDisks } from './disk-snapshots.ts';
import { isInPlace, readDisks } from './disks.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import { collapse } from './overlays.ts';
import type { Parts } from './parts.ts';
import { filesOf, systemDatastore, vmDirectory } from './places.ts';

/** Stops the domain if it runs and forgets it, wherever the VM may be. Its disks stay. */
export async function forgetEverywhere(parts: Parts, vm: Vm): Promise<void> {
  for (const id of hostIdsOf(vm)) await forgetOn(parts, vm, id);
}

/** The same on the host that a VM has just left. */
export async function forgetOnSource(parts: Parts, vm: Vm): Promise<void> {
  const [source] = hostIdsOf(vm);
  if (source !== undefined) await forgetOn(parts, vm, source);
}

/** Removes all that a VM has of its own. Images that it uses in place, and an imported VM's domain and disks, are not its own. */
export async function removeAll(parts: Parts, vm: Vm): Promise<void> {
  await forgetEverywhere(parts, vm);
  if (vm.history.length === 0) return;
  await collapse(parts, vm, readDisks(vm.template).filter(isInPlace));
  await cleanPersistentDisks(parts, vm);
  await (await filesOf(parts, vm)).remove(vmDirectory(vm, await systemDatastore(parts.store)));
}

async function forgetOn(parts: Parts, vm: Vm, hostId: number): Promise<void> {
  const host = await parts.store.hosts.find(hostId);
  if (host) await parts.hypervisorOf(host).remove(vm.deployId);
}
