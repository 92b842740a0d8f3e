// Reads what guests use, host by host in one call each, and writes it into the VMs' records: all in one transaction, and only where
// it has changed enough to matter.
import type { DomainStats } from '../hypervisor/hypervisor.ts';
import { text, type Attributes } from '../model/attributes.ts';
import type { Host } from '../model/host.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import { nowSec, type Parts } from './parts.ts';
import { figuresOf, Samples, worthWriting, type HostUse, type Reading } from './samples.ts';

export class Figures {
  /** The last hour of each VM and each host, since the daemon started. */
  readonly vms = new Samples<Attributes>();
  readonly hosts = new Samples<HostUse>();
  readonly #parts: Parts;
  readonly #readings = new Map<number, Reading>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Looks at the running VMs of these hosts. */
  async look(hosts: readonly Host[], vms: readonly Vm[]): Promise<void> {
    const worth: Vm[] = [];
    for (const host of hosts) {
      const mine = vms.filter((vm) => vm.state === VM_STATE.ACTIVE && vm.history.at(-1)?.hid === host.id);
      const stats = mine.length === 0 ? new Map<string, DomainStats>() : await this.#statsOf(host);
      for (const vm of mine) {
        const seen = stats.get(vm.deployId);
        if (seen && this.#note(vm, seen)) worth.push(vm);
      }
      this.#noteHost(host, mine);
    }
    await this.#write(worth);
    this.#forgetOthers(hosts, vms);
  }

  /** Hundredths of a core that our guests on a host use, when last seen. */
  usedCpu(hostId: number): number {
    return this.hosts.last(hostId)?.figures.usedCpu ?? 0;
  }

  async #statsOf(host: Host): Promise<Map<string, DomainStats>> {
    try {
      return await this.#parts.hypervisorOf(host).stats();
    } catch (error) {
      this.#parts.log.warn({ host: host.id, err: error }, 'the figures of the VMs of a host could not be read');
      return new Map();
    }
  }

  /** Returns whether the VM's record is to be written anew. */
  #note(vm: Vm, stats: DomainStats): boolean {
    const now: Reading = { atMs: this.#parts.clock(), stats };
    const figures = figuresOf(this.#readings.get(vm.id), now);
    this.#readings.set(vm.id, now);
    const at = nowSec(this.#parts.clock);
    this.vms.add(vm.id, { at, figures });
    return worthWriting(vm.monitoring, figures, at - Number(text(vm.monitoring, 'TIMESTAMP') ?? 0));
  }

  #noteHost(host: Host, vms: readonly Vm[]): void {
    const used = vms.reduce((sum, vm) => sum + Number(text(this.vms.last(vm.id)?.figures ?? [], 'CPU') ?? 0), 0);
    const usedCpu = Math.min(Math.round(used), host.totalCpu);
    const { totalCpu, totalMemKb, usedMemKb } = host;
    const figures = { freeCpu: totalCpu - usedCpu, freeMemKb: totalMemKb - usedMemKb, usedCpu, usedMemKb };
    this.hosts.add(host.id, { at: nowSec(this.#parts.clock), figures });
  }

  async #write(vms: readonly Vm[]): Promise<void> {
    if (vms.length === 0) return;
    const now = nowSec(this.#parts.clock);
    await this.#parts.store.transaction(async (tx) => {
      for (const { id } of vms) {
        const sample = this.vms.last(id);
        if (!sample || !(await tx.vms.find(id))) continue;
        await tx.vms.update(id, (vm) => {
          if (vm.state !== VM_STATE.ACTIVE) return; // it was switched off meanwhile
          vm.monitoring = [...sample.figures, ['TIMESTAMP', String(sample.at)]];
          vm.lastPoll = now;
        });
      }
    });
  }

  #forgetOthers(hosts: readonly Host[], vms: readonly Vm[]): void {
    const ids = new Set(vms.map(({ id }) => id));
    this.vms.keepOnly(ids);
    this.hosts.keepOnly(new Set(hosts.map(({ id }) => id)));
    for (const id of this.#readings.keys()) if (!ids.has(id)) this.#readings.delete(id);
  }
}
