// The domains that were taken over as they are, host by host: drivers and movers have to know them, or they would take them for
// somebody else's. Made again from the records when the daemon starts.
import type { Hypervisor } from '../hypervisor/hypervisor.ts';
import type { Host } from '../model/host.ts';
import type { Adopted } from '../model/mover-protocol.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';

export class Adoptions {
  readonly #byHost = new Map<number, Map<string, Adopted>>();
  readonly #hypervisorOf: (host: Host) => Hypervisor;

  constructor(hypervisorOf: (host: Host) => Hypervisor) {
    this.#hypervisorOf = hypervisorOf;
  }

  /** Notes what the records of VMs say, before any driver is asked for. */
  load(vms: readonly Vm[]): void {
    for (const vm of vms) {
      const hid = vm.history.at(-1)?.hid;
      if (vm.state === VM_STATE.DONE || vm.domainUuid === undefined || hid === undefined) continue;
      this.#note(hid, { name: vm.deployId, uuid: vm.domainUuid });
    }
  }

  of(hostId: number): Adopted[] {
    return [...(this.#byHost.get(hostId)?.values() ?? [])];
  }

  has(hostId: number, name: string): boolean {
    return this.#byHost.get(hostId)?.has(name) === true;
  }

  add(host: Host, adopted: Adopted): void {
    this.#note(host.id, adopted);
    this.#hypervisorOf(host).adopt(adopted);
  }

  remove(host: Host, name: string): void {
    this.#byHost.get(host.id)?.delete(name);
    this.#hypervisorOf(host).disown(name);
  }

  #note(hostId: number, adopted: Adopted): void {
    const known = this.#byHost.get(hostId) ?? new Map<string, Adopted>();
    this.#byHost.set(hostId, known.set(adopted.name, adopted));
  }
}
