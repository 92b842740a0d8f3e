// Keeps records and reality together: follows the state of every domain, deploys waiting VMs, monitors hosts and datastores.
// A domain's event wakes it at once; the timer is only the net below.
import type { Host } from '../model/host.ts';
import { domainName, vmIdOf } from '../model/ids.ts';
import { VM_STATE, LCM, type Vm } from '../model/vm.ts';
import type { DomainState } from '../hypervisor/hypervisor.ts';
import { follow } from './follow.ts';
import { showError } from './history.ts';
import { monitorDatastore, monitorHost } from './monitor.ts';
import { nowSec, type Parts } from './parts.ts';
import { place } from './placement.ts';
import type { VmRunner } from './run.ts';
import { setState } from './states.ts';

const TICK_MS = 10_000;
const MONITOR_MS = 60_000;

export class VmTick {
  readonly #parts: Parts;
  readonly #runner: VmRunner;
  readonly #stopped = new AbortController();
  readonly #watched = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #monitoredAt = 0;
  #busy: Promise<void> | undefined;
  #again = false;

  constructor(parts: Parts, runner: VmRunner) {
    this.#parts = parts;
    this.#runner = runner;
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), TICK_MS);
    this.wake();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort();
    await this.#busy;
  }

  /** Looks at everything soon; asked during a tick, one more tick follows. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = this.#tick()
      .catch((error: unknown) => this.#parts.log.error({ err: error }, 'a tick failed'))
      .finally(() => {
        this.#busy = undefined;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  async #tick(): Promise<void> {
    const { store, clock } = this.#parts;
    const monitor = clock() - this.#monitoredAt >= MONITOR_MS;
    if (monitor) this.#monitoredAt = clock();
    let hosts = await store.hosts.list({ ascending: true });
    const due = (host: Host): boolean => monitor || host.lastMonitored === 0;
    hosts = await Promise.all(hosts.map(async (host) => (due(host) ? monitorHost(this.#parts, host) : host)));
    if (monitor) {
      for (const datastore of await store.datastores.list()) await monitorDatastore(this.#parts, datastore);
    }
    const vms = await store.vms.list({ notState: VM_STATE.DONE, ascending: true });
    await this.#deployWaiting(vms, hosts);
    for (const host of hosts) {
      this.#watch(host);
      await this.#followHost(host, vms).catch((error: unknown) =>
        this.#parts.log.warn({ host: host.id, err: error }, 'the domains of a host could not be listed'),
      );
    }
  }

  async #deployWaiting(vms: Vm[], hosts: Host[]): Promise<void> {
    for (const vm of vms) {
      if (vm.state !== VM_STATE.PENDING) continue;
      const placement = place(vm, hosts);
      if ('host' in placement) await this.#runner.deploy(vm.id, placement.host);
      else this.#parts.log.info({ vm: vm.id, reason: placement.wait }, 'a VM waits for a host');
    }
  }

  async #followHost(host: Host, vms: Vm[]): Promise<void> {
    const mine = vms.filter((vm) => vm.history.at(-1)?.hid === host.id);
    if (mine.length === 0) return;
    const domains = await this.#parts.hypervisorOf(host).domains();
    for (const vm of mine) await this.#follow(vm, domains.get(domainName(vm.id)));
  }

  async #follow(seen: Vm, domain: DomainState | undefined): Promise<void> {
    const { store, clock } = this.#parts;
    const verdict = follow(seen, domain, this.#runner.sinceAskedSec(seen.id));
    if (verdict.kind === 'stay') return;
    if (verdict.kind === 'ended') return this.#runner.epilog(seen.id);
    await store.vms.update(seen.id, (vm) => {
      if (vm.state !== seen.state || vm.lcmState !== seen.lcmState) return; // something else has changed it meanwhile
      vm.lastPoll = nowSec(clock);
      if (verdict.kind === 'running') setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
      if (verdict.kind === 'poweroff') setState(vm, VM_STATE.POWEROFF, LCM.LCM_INIT);
      if (verdict.kind === 'unknown') setState(vm, VM_STATE.ACTIVE, LCM.UNKNOWN);
      if (verdict.kind === 'refused') {
        setState(vm, VM_STATE.ACTIVE, LCM.RUNNING);
        showError(vm, verdict.reason, clock());
      }
    });
  }

  /** One long-lived connection per host that wakes the tick when a domain of ours changes. */
  #watch(host: Host): void {
    if (this.#watched.has(host.id)) return;
    this.#watched.add(host.id);
    const listen = async (): Promise<void> => {
      for await (const { domain } of this.#parts.hypervisorOf(host).watch(this.#stopped.signal)) {
        if (vmIdOf(domain) !== undefined) this.wake();
      }
    };
    listen()
      .catch((error: unknown) => this.#parts.log.warn({ host: host.id, err: error }, 'events of a host were lost'))
      .finally(() => this.#watched.delete(host.id));
  }
}
