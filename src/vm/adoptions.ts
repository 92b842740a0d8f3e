// The domains that were taken over as they are, host by host: drivers and movers have to know them, or they would take them for
// somebody else's. Made again from the records when the daemon starts.
import type { Hypervisor } from '../hypervisor/hypervisor.ts';
import type { Host } from '../model/host.ts';
import type { Adopted } from '../model/hypervisor-config.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';

export class Adoptions {
  readonly #byHost = new Map<number, Map<string, Adopted & { vmId: number }>>();
  readonly #hypervisorOf: (host: Host) => Hypervisor;

  constructor(hypervisorOf: (host: Host) => Hypervisor) {
    this.#hypervisorOf = hypervisorOf;
  }

  /** Notes what the records of VMs say, before any driver is asked for. */
  load(vms: readonly Vm[]): void {
    for (const vm of vms) {
      const hid = vm.history.at(-1)?.hid;
      if (vm.state === VM_STATE.DONE || vm.domainUuid === undefined || hid === undefined) continue;
      this.#note(hid, { name: vm.deployId, uuid: vm.domainUuid, vmId: vm.id });
    }
  }

  of(hostId: number): Adopted[] {
    return [...(this.#byHost.get(hostId)?.values() ?? [])].map(({ name, uuid }) => ({ name, uuid }));
  }

  has(hostId: number, name: string): boolean {
    return this.#byHost.get(hostId)?.has(name) === true;
  }

  /** The VM that a domain was taken over as. */
  vmOf(hostId: number, name: string): number | undefined {
    return this.#byHost.get(hostId)?.get(name)?.vmId;
  }

  add(host: Host, adopted: Adopted, vmId: number): void {
    this.#note(host.id, { ...adopted, vmId });
    this.#hypervisorOf(host).adopt(adopted);
  }

  remove(host: Host, name: string): void {
    this.#byHost.get(host.id)?.delete(name);
    this.#hypervisorOf(host).disown(name);
  }

  #note(hostId: number, adopted: Adopted & { vmId: number }): void {
    const known = this.#byHost.get(hostId) ?? new Map<string, Adopted & { vmId: number }>();
    this.#byHost.set(hostId, known.set(adopted.name, adopted));
  }
}
