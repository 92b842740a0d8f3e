// Where the parts of a VM are: its directory, its host, the images its disks use.
import type { HostFiles } from '../datastore/files.ts';
import type { Hypervisor } from '../hypervisor/hypervisor.ts';
import { CODE, OneError } from '../model/errors.ts';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import { readDisks } from './disks.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import type { Parts } from './parts.ts';

export function vmDirectory(vm: Vm, system: Datastore): string {
  return `${system.basePath}/${vm.id}`;
}

/** File that keeps the memory of a VM that was suspended, stopped or is moving. */
export function checkpointFile(directory: string): string {
  return `${directory}/checkpoint`;
}

/** The datastore where running VMs have their disks. */
export async function systemDatastore(store: Store): Promise<Datastore> {
  const all = await store.datastores.list({ ascending: true });
  const found = all.find((datastore) => datastore.type === DATASTORE_TYPE.SYSTEM_DS && datastore.state === 0);
  if (found) return found;
  throw new OneError(CODE.ACTION, 'There is no enabled system datastore; create one with TYPE="SYSTEM_DS".');
}

/** The host a VM is on, or was on last. */
export async function hostOf(store: Store, vm: Vm): Promise<Host> {
  const [id] = hostIdsOf(vm);
  if (id !== undefined) return store.hosts.get(id);
  throw new OneError(CODE.ACTION, `Virtual machine ${vm.id} has never been on a host.`, { objectId: vm.id });
}

/** The hypervisor of the host a VM is on, or was on last. */
export async function hypervisorOf(parts: Parts, vm: Vm): Promise<Hypervisor> {
  return parts.hypervisorOf(await hostOf(parts.store, vm));
}

/** The host of a VM; undefined when it has never been on one, or that is gone. */
export async function hostIfAny(store: Store, vm: Vm): Promise<Host | undefined> {
  const [id] = hostIdsOf(vm);
  return id === undefined ? undefined : store.hosts.find(id);
}

/** The files of a VM, where its host has them. */
export async function filesOf(parts: Pick<Parts, 'store' | 'filesOf'>, vm: Vm): Promise<HostFiles> {
  return parts.filesOf(await hostIfAny(parts.store, vm));
}

/** The images a VM's disks use, by id. */
export async function imagesOf(store: Store, vm: Vm): Promise<Map<number, Image>> {
  const found = new Map<number, Image>();
  for (const { imageId } of readDisks(vm.template)) {
    const image = imageId < 0 ? undefined : await store.images.find(imageId);
    if (image) found.set(imageId, image);
  }
  return found;
}
