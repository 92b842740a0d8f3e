// Puts a new VM into the store with all that it takes: its record, its images, its addresses, its owner's quota. One transaction.
import type { Vm } from '../model/vm.ts';
import { NOUNS } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import { allocateVm, type VmOrder } from './allocate.ts';
import { leaseAll } from './leases.ts';
import { keepWithinQuota } from './quota.ts';
import { holdImages } from './uses.ts';

/** Throws when something of it is not to be had; then nothing is changed, as the transaction fails. */
export async function addVm(tx: Store, order: VmOrder): Promise<Vm> {
  const foreign = (await tx.hosts.list()).flatMap(({ foreignVmIds }) => foreignVmIds ?? []);
  const created = await tx.vms.allocateBut(new Set(foreign), (id) => allocateVm(id, order));
  await holdImages(tx, created);
  const vm = order.imported ? created : await leaseAll(tx, created);
  await keepWithinQuota(tx, vm, NOUNS.vms.charges(vm));
  return vm;
}
