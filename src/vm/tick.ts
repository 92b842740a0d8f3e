// Keeps records and reality together: follows the state of every domain, deploys waiting VMs, monitors hosts and datastores.
// A domain's event wakes it at once; the timer is only the net below. Hosts and datastores of other nodes are left alone.
import type { DomainState } from '../hypervisor/hypervisor.ts';
import { text, withText } from '../model/attributes.ts';
import { ConnectionLost } from '../model/errors.ts';
import { HOST_STATE, type Host, type HostShare } from '../model/host.ts';
import { vmIdOf } from '../model/ids.ts';
import { isOverSsh } from '../model/ssh-host.ts';
import { LCM, VM_STATE, type Vm } from '../model/vm.ts';
import { hostIdsOf } from '../model/vm-hosts.ts';
import { LOOK } from '../nodes/duties.ts';
import { datastoreDuty, hostDuty, MAIN } from '../nodes/duty.ts';
import { Figures } from './figures.ts';
import { follow, type Verdict } from './follow.ts';
import { SCHED_MESSAGE, showError } from './history.ts';
import { poweredOff, running, STEPS, unknown, type Change } from './life.ts';
import { monitorDatastore, monitorHost } from './monitor.ts';
import type { Parts } from './parts.ts';
import { place, withVm } from './placement.ts';
import type { SeenVm, VmRunner } from './run.ts';

const TICK_MS = 10_000;
const MONITOR_MS = 60_000;
const FIGURES_MS = 30_000;
const ASKED_AT_ONCE = 500;
const UP = new Set<DomainState>(['running', 'paused']);
/** States whose VM is on a host and should not run. */
const OFF = [VM_STATE.POWEROFF, VM_STATE.SUSPENDED];

/** `reads`: from a backup, which may fail for a while. */
type Followed = SeenVm & { reads: boolean };

function seenOf({ id, state, lcmState, deployId, history, instant }: Vm): Followed {
  return { id, state, lcmState, deployId, history, reads: instant !== undefined };
}

/** Nobody connects to a host that is offline. */
function isLeftAlone(host: Host): boolean {
  return host.state === HOST_STATE.OFFLINE && isOverSsh(host);
}

export class VmTick {
  readonly figures: Figures;
  readonly #parts: Parts;
  readonly #runner: VmRunner;
  readonly #stopped = new AbortController();
  readonly #watched = new Map<number, AbortController>();
  /** Hosts that can be reached again, or no longer, since they were looked at. */
  readonly #changed = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #monitoredAt = 0;
  #figuresAt = 0;
  #busy: Promise<void> | undefined;
  #again = false;

  constructor(parts: Parts, runner: VmRunner) {
    this.#parts = parts;
    this.#runner = runner;
    this.figures = new Figures(parts);
    parts.links.onChange((hostId) => {
      this.#changed.add(hostId);
      this.wake();
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), TICK_MS);
    this.wake();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort();
    for (const watch of this.#watched.values()) watch.abort();
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

  /** Looks soon, here and wherever else it may be about. */
  stir(): void {
    this.wake();
    this.#parts.duties.tell(LOOK);
  }

  async #tick(): Promise<void> {
    const { store, duties } = this.#parts;
    const all = await store.hosts.list({ ascending: true });
    this.#parts.links.retain(all.filter((host) => !isLeftAlone(host)));
    const hosts = await this.#monitor(all.filter(({ id }) => duties.owns(hostDuty(id))));
    if (duties.owns(MAIN)) await this.#place(all.map((host) => hosts.find(({ id }) => id === host.id) ?? host));
    for (const [id, watch] of this.#watched) if (!duties.owns(hostDuty(id))) watch.abort();
    // one that answers late holds up no other
    await Promise.all(
      hosts
        .filter((host) => !isLeftAlone(host))
        .map((host) => {
          this.#watch(host);
          return this.#followHost(host).catch((err: unknown) =>
            this.#complain(err, host, 'the domains of a host could not be listed'),
          );
        }),
    );
    if (this.#parts.clock() - this.#figuresAt < FIGURES_MS) return;
    this.#figuresAt = this.#parts.clock();
    await this.figures.look(hosts.filter(({ state }) => state === HOST_STATE.MONITORED));
  }

  /** Looks at the hosts and all datastores when it is time, and at new hosts always. */
  async #monitor(hosts: Host[]): Promise<Host[]> {
    const { store, clock, duties } = this.#parts;
    const due = clock() - this.#monitoredAt >= MONITOR_MS;
    if (due) this.#monitoredAt = clock();
    const look = async (host: Host): Promise<Host> =>
      due || host.lastMonitored === 0 || this.#changed.delete(host.id)
        ? monitorHost(this.#parts, host, this.figures.usedCpu(host.id))
        : host;
    const seen = await Promise.all(hosts.map(look));
    if (!due) return seen;
    for (const datastore of await store.datastores.list()) {
      if (duties.owns(datastoreDuty(datastore.id))) await monitorDatastore(this.#parts, datastore);
    }
    return seen;
  }

  /** Deploys VMs that wait for a host, and moves those that are to leave theirs. */
  async #place(hosts: Host[]): Promise<void> {
    const { store } = this.#parts;
    const leaving = await store.links.of('vm-resched', 0);
    const waiting = await store.vms.list({ states: [VM_STATE.PENDING], ascending: true });
    const vms = leaving.length === 0 ? waiting : [...waiting, ...(await store.vms.list({ ids: leaving }))];
    if (vms.length === 0) return;
    const promised = await store.links.hostShares();
    for (const vm of vms) await this.#placeOne(vm, hosts, promised);
  }

  async #placeOne(vm: Vm, hosts: Host[], promised: Map<number, HostShare>): Promise<void> {
    // an imported VM is where it is: somebody has to name its host
    const waits = vm.state === VM_STATE.PENDING && !vm.imported;
    const leaves = vm.resched === true && (vm.state === VM_STATE.POWEROFF || vm.lcmState === LCM.RUNNING);
    if (!waits && !leaves) return;
    const placement = place(vm, hosts, promised, leaves ? hostIdsOf(vm)[0] : undefined);
    if ('wait' in placement) {
      await this.#sayWhy(vm, placement.wait);
      return;
    }
    const { host } = placement;
    try {
      await (waits ? this.#runner.deploy(vm.id, host) : this.#runner.migrate(vm.id, host, 'save'));
      promised.set(host.id, withVm(promised.get(host.id), vm));
    } catch (error) {
      this.#parts.log.warn({ vm: vm.id, err: error }, 'a VM could not be put on a host');
    }
  }

  /** Puts the reason where OpenNebula's scheduler puts it; its start goes away with the deployment. */
  async #sayWhy({ id, userTemplate }: Vm, reason: string): Promise<void> {
    if (text(userTemplate, SCHED_MESSAGE)?.endsWith(reason)) return;
    this.#parts.log.info({ vm: id, reason }, 'a VM waits for a host');
    const message = `${new Date(this.#parts.clock()).toISOString().replace('T', ' ').slice(0, 19)} UTC: ${reason}`;
    await this.#parts.store.vms.update(id, (vm) => {
      vm.userTemplate = withText(vm.userTemplate, SCHED_MESSAGE, message);
    });
  }

  /**
   * VMs that should run are all looked at; of those that should not, only such whose domain is up. The record is read before the
   * domain, always: what is seen of a domain says nothing about what has been asked of its VM since.
   */
  async #followHost(host: Host): Promise<void> {
    const { store } = this.#parts;
    const link = { kind: 'vm-host', target: host.id } as const;
    if ((await store.vms.count({ link })) === 0) return;
    const active: Followed[] = [];
    for await (const vms of store.vms.each({ link, states: [VM_STATE.ACTIVE], ascending: true })) {
      for (const vm of vms) {
        if (hostIdsOf(vm)[0] !== host.id) continue;
        active.push(seenOf(vm));
        this.#runner.begin(vm);
      }
    }
    const hypervisor = this.#parts.hypervisorOf(host);
    const domains = await hypervisor.domains();
    for (const vm of active) {
      const domain = domains.get(vm.deployId);
      if (vm.reads && vm.lcmState === LCM.RUNNING && domain === 'paused') await hypervisor.goOn(vm.deployId);
      await this.#follow(vm, domain);
    }
    const off = await this.#offButUp(host, domains, new Set(active.map(({ deployId }) => deployId)));
    if (off.length === 0) return;
    const now = await hypervisor.domains();
    for (const vm of off) await this.#follow(vm, now.get(vm.deployId));
  }

  /** VMs that should not run, though their domains did. */
  async #offButUp(host: Host, domains: Map<string, DomainState>, active: ReadonlySet<string>): Promise<SeenVm[]> {
    const { store } = this.#parts;
    const link = { kind: 'vm-host', target: host.id } as const;
    const up = [...domains].filter(([name, state]) => UP.has(state) && !active.has(name)).map(([name]) => name);
    const ids = up.flatMap((name) => vmIdOf(name) ?? this.#parts.adoptions.vmOf(host.id, name) ?? []);
    const off: SeenVm[] = [];
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      const some = await store.vms.list({ link, ids: ids.slice(at, at + ASKED_AT_ONCE), states: OFF });
      off.push(...some.filter(({ deployId }) => up.includes(deployId)).map(seenOf));
    }
    return off;
  }

  async #follow(seen: SeenVm, domain: DomainState | undefined): Promise<void> {
    const verdict = follow(seen, domain, this.#runner.sinceAskedSec(seen.id));
    const change = this.#changeFor(seen, verdict);
    if (change) await this.#runner.proceed(seen, change);
  }

  #changeFor(seen: SeenVm, verdict: Verdict): Change | undefined {
    const step = STEPS.get(seen.lcmState);
    switch (verdict.kind) {
      case 'stay':
        return undefined;
      case 'running':
        return running;
      case 'poweroff':
        return poweredOff;
      case 'unknown':
        return unknown;
      case 'done':
        return step?.done;
      case 'refused':
        return (vm, now) => {
          step?.failed(vm, now);
          showError(vm, verdict.reason, this.#parts.clock());
        };
    }
  }

  /** That a host is away is told where its connection is. */
  #complain(err: unknown, { id }: Host, what: string): void {
    if (!(err instanceof ConnectionLost)) this.#parts.log.warn({ host: id, err }, what);
  }

  /** One long-lived connection per host that wakes the tick when a domain of ours changes. */
  #watch(host: Host): void {
    if (this.#watched.has(host.id) || this.#stopped.signal.aborted) return;
    const watch = new AbortController();
    this.#watched.set(host.id, watch);
    const listen = async (): Promise<void> => {
      for await (const { domain } of this.#parts.hypervisorOf(host).watch(watch.signal)) {
        if (vmIdOf(domain) !== undefined || this.#parts.adoptions.has(host.id, domain)) this.wake();
      }
    };
    listen()
      .catch((err: unknown) => this.#complain(err, host, 'events of a host were lost'))
      .finally(() => this.#watched.delete(host.id));
  }
}
