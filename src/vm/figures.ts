// Reads what guests use, host by host in one call each, and writes it into the VMs' records: all in one transaction, and only where
// it has changed enough to matter.
import type { DomainStats } from '../hypervisor/hypervisor.ts';
import { text, type Attributes } from '../model/attributes.ts';
import type { Host } from '../model/host.ts';
import { VM_STATE, type Vm } from '../model/vm.ts';
import type { Filter } from '../store/store.ts';
import { nowSec, type Parts } from './parts.ts';
import { figuresOf, Samples, worthWriting, type HostUse, type Reading } from './samples.ts';

const NOTHING: ReadonlyMap<string, DomainStats> = new Map();

export class Figures {
  /** The last hour of each VM and each host, since the daemon started. */
  readonly vms = new Samples<Attributes>();
  readonly hosts = new Samples<HostUse>();
  readonly #parts: Parts;
  readonly #readings = new Map<number, Reading>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Looks at the running VMs of these hosts, a batch at a time. */
  async look(hosts: readonly Host[]): Promise<void> {
    const worth: number[] = [];
    const seen = new Set<number>();
    for (const host of hosts) {
      const filter: Filter = { link: { kind: 'vm-host', target: host.id }, states: [VM_STATE.ACTIVE], ascending: true };
      const stats = (await this.#parts.store.vms.count(filter)) === 0 ? NOTHING : await this.#statsOf(host);
      const mine: number[] = [];
      for await (const vms of this.#parts.store.vms.each(filter)) {
        for (const vm of vms) {
          mine.push(vm.id);
          const figures = stats.get(vm.deployId);
          if (figures && this.#note(vm, figures)) worth.push(vm.id);
        }
      }
      this.#noteHost(host, mine);
      for (const id of mine) seen.add(id);
    }
    await this.#write(worth);
    this.#forgetOthers(hosts, seen);
  }

  /** Hundredths of a core that our guests on a host use, when last seen. */
  usedCpu(hostId: number): number {
    return this.hosts.last(hostId)?.figures.usedCpu ?? 0;
  }

  async #statsOf(host: Host): Promise<ReadonlyMap<string, DomainStats>> {
    try {
      return await this.#parts.hypervisorOf(host).stats();
    } catch (error) {
      this.#parts.log.warn({ host: host.id, err: error }, 'the figures of the VMs of a host could not be read');
      return NOTHING;
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

  #noteHost(host: Host, vms: readonly number[]): void {
    const used = vms.reduce((sum, id) => sum + Number(text(this.vms.last(id)?.figures ?? [], 'CPU') ?? 0), 0);
    const usedCpu = Math.min(Math.round(used), host.totalCpu);
    const { totalCpu, totalMemKb, usedMemKb } = host;
    const figures = { freeCpu: totalCpu - usedCpu, freeMemKb: totalMemKb - usedMemKb, usedCpu, usedMemKb };
    this.hosts.add(host.id, { at: nowSec(this.#parts.clock), figures });
  }

  async #write(vms: readonly number[]): Promise<void> {
    if (vms.length === 0) return;
    const now = nowSec(this.#parts.clock);
    await this.#parts.store.transaction(async (tx) => {
      for (const id of vms) {
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

  #forgetOthers(hosts: readonly Host[], ids: ReadonlySet<number>): void {
    this.vms.keepOnly(ids);
    this.hosts.keepOnly(new Set(hosts.map(({ id }) => id)));
    for (const id of this.#readings.keys()) if (!ids.has(id)) this.#readings.delete(id);
  }
}
