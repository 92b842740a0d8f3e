// Takes over domains that OneVault did not make, as they are: a template that describes the domain becomes a VM on hold, and
// deploying it on the domain's host makes the domain that VM. Nothing of the domain or its disks is changed, then or later.
import type { WildDomain } from '../hypervisor/hypervisor.ts';
import { field, text, vectors } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Vm } from '../model/vm.ts';
import type { Store } from '../store/store.ts';
import type { VmOrder } from './allocate.ts';
import { addVm } from './create.ts';
import type { Parts } from './parts.ts';
import { systemDatastore, vmDirectory } from './places.ts';
import { IMPORT, IMPORT_VM_ID } from './wild.ts';

/** Puts a VM on hold into the store that stands for the domain which IMPORT_VM_ID names. */
export async function addImport(tx: Store, order: VmOrder): Promise<Vm> {
  const deployId = text(order.template, IMPORT_VM_ID) ?? '';
  const template = order.template.filter(([name]) => name !== IMPORT_VM_ID);
  const vm = await addVm(tx, { ...order, template, hold: true, imported: true });
  return tx.vms.update(vm.id, (record) => void (record.deployId = deployId));
}

/** The domain that an imported VM stands for, if it is on this host and nobody has it yet. */
export async function findWild(parts: Parts, vm: Vm, host: Host): Promise<WildDomain> {
  const wilds = await parts.hypervisorOf(host).wilds();
  const wild = wilds.find(({ name }) => name === vm.deployId);
  const where = `host ${host.id} (${host.name})`;
  if (!wild) {
    const names = wilds.map(({ name }) => name).join(', ') || 'none';
    throw new OneError(
      CODE.ACTION,
      `There is no domain "${vm.deployId}" on ${where} that could be imported; those that could: ${names}.`,
      { objectId: vm.id },
    );
  }
  const uuid = field(vectors(vm.userTemplate, IMPORT)[0], 'UUID') ?? wild.uuid;
  if (uuid.toLowerCase() !== wild.uuid.toLowerCase()) {
    throw new OneError(
      CODE.ACTION,
      `Domain "${vm.deployId}" on ${where} has the UUID ${wild.uuid}, but the one to import had ${uuid}: it is another one.`,
      { objectId: vm.id, hint: 'Terminate this VM, and import the domain as onehost show lists it now.' },
    );
  }
  await parts.filesOf(host).mkdir(vmDirectory(vm, await systemDatastore(parts.store)), 0o755);
  return wild;
}

/** An imported VM that has ended: its domain is nobody's again. */
export async function letGo(parts: Parts, vm: Vm): Promise<void> {
  const hid = vm.history.at(-1)?.hid;
  const host = vm.imported && hid !== undefined ? await parts.store.hosts.find(hid) : undefined;
  if (host) parts.adoptions.remove(host, vm.deployId);
}
