// What a node does when duties become its own: it goes on with what their last owner has left, each piece by the runner that it is of. At the
// start of an only node these are all duties there are.
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from './api/method.ts';
import type { Operation } from './model/operation.ts';
import { VM_STATE, type Vm } from './model/vm.ts';
import { ANY_WORD, LOOK, type DutyWork } from './nodes/duties.ts';
import { datastoreDuty, dutyOfOperation, dutyOfVm, hostDuty, isOrphan, MAIN, type Duty } from './nodes/duty.ts';
import type { Bandwidth } from './schedule/bandwidth.ts';
import type { Scheduler } from './schedule/tick.ts';

/** With the scheduler as the app has it. */
export type RunningServices = Services & {
  scheduler: Scheduler;
  bandwidth: Bandwidth;
  parts: { end: () => void; close: () => void };
};

/** A run that broke is taken up after this time: what it met may be over then. */
const BROKEN_MS = 5000;

export class TakeUp implements DutyWork {
  readonly #services: RunningServices;
  readonly #ended = new AbortController();
  /** Runs that are being ended or gone on with just now, and their duties. */
  readonly #taking = new Map<string, Duty>();
  #looking: Promise<void> | undefined;
  #again = false;

  /** `brokenMs` is for tests. */
  constructor(services: RunningServices, brokenMs = BROKEN_MS) {
    this.#services = services;
    services.operations.onBroke(() => {
      const { signal } = this.#ended;
      sleep(brokenMs, undefined, { signal }).then(
        () => this.look(),
        () => undefined, // the daemon ends: the next one takes it up
      );
    });
  }

  /** What movers could not remove of their directories: empty ones of runs that nobody works on. For the start, when nothing runs here yet. */
  async clearDirectories(): Promise<void> {
    const { runDirectory, store } = this.#services.parts;
    await mkdir(runDirectory, { recursive: true, mode: 0o711 });
    // a machine that runs from a backup finds its servers there again, and its QEMU may enter that very directory
    const running = new Set((await store.operations.running()).map(({ id }) => id));
    for (const name of await readdir(runDirectory)) {
      // one that is not empty is cleaned with its run
      if (/^[0-9a-f]{16}$/.test(name) && !running.has(name))
        await rmdir(`${runDirectory}/${name}`).catch(() => undefined);
    }
  }

  async takeUp(gained: readonly Duty[]): Promise<void> {
    const { parts, images, upkeep, selfBackups, scheduler } = this.#services;
    const { store, runDirectory } = parts;
    const mine = new Set(gained);
    await mkdir(runDirectory, { recursive: true, mode: 0o711 });
    const hosts = (await store.hosts.list()).filter(({ id }) => mine.has(hostDuty(id)));
    for (const { id } of hosts) {
      const link = { kind: 'vm-host', target: id } as const;
      for await (const vms of store.vms.each({ link, notState: VM_STATE.DONE })) parts.adoptions.load(vms);
    }
    await this.#runs((duty) => mine.has(duty));
    const isGained = (datastoreId: number): boolean => mine.has(datastoreDuty(datastoreId));
    if (gained.some((duty) => duty.startsWith('datastore:'))) {
      await upkeep.begin(isGained);
      await images.takeUp(isGained);
    }
    if (mine.has(MAIN)) selfBackups.begin();
    if (hosts.length > 0 || mine.has(MAIN)) {
      for await (const vms of store.vms.each({ states: [VM_STATE.ACTIVE] })) this.#machines(vms, mine);
    }
    await scheduler.reconcile(mine);
  }

  isBusy(duty: Duty): boolean {
    const { operations, vms, changes, scheduler, upkeep, images } = this.#services;
    if ([...this.#taking.values()].includes(duty)) return true;
    const [, id = -1] = duty.split(':').map(Number);
    const runs = (one: Operation): boolean =>
      dutyOfOperation(one, undefined) === duty || one.inPlace === true || one.instant === true;
    if (operations.running(runs)) return true;
    if (duty === MAIN) return scheduler.isBusy(-1);
    if (duty.startsWith('host:')) return vms.isBusy(id) || changes.isBusy(id) || scheduler.isBusy(id);
    return upkeep.isBusy(id) || images.isBusy(id);
  }

  /** What another node has said: there may be something of ours to go on with. */
  heed(word: string): void {
    const { tick, scheduler, upkeep, parts } = this.#services;
    upkeep
      .heed(word)
      .catch((err: unknown) => parts.log.error({ word, err }, 'what a node has said could not be heeded'));
    if (word !== LOOK && word !== ANY_WORD) return;
    this.look();
    tick.wake();
    scheduler.wake();
  }

  /** Looks for runs that were passed on to this node. */
  look(): void {
    this.#again = this.#looking !== undefined;
    this.#looking ??= this.#lookOnce()
      .catch((err: unknown) =>
        this.#services.parts.log.error({ err }, 'runs that were passed on could not be looked for'),
      )
      .finally(() => {
        this.#looking = undefined;
        if (this.#again) this.look();
      });
  }

  /** Looks no more, and settles when nothing is being looked for. */
  async end(): Promise<void> {
    this.#ended.abort();
    while (this.#looking) await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { parts, restores } = this.#services;
    await restores.instant.passOn();
    await this.#runs((duty) => parts.duties.owns(duty));
  }

  #machines(vms: readonly Vm[], mine: ReadonlySet<Duty>): void {
    for (const vm of vms.filter((one) => mine.has(dutyOfVm(one)))) {
      this.#services.vms.takeUp(vm);
      this.#services.changes.takeUp(vm);
    }
  }

  /** Runs that nobody works on any more. Each is asked for once more before it is touched: it may have ended meanwhile. */
  async #runs(isMine: (duty: Duty) => boolean): Promise<void> {
    const { operations, parts } = this.#services;
    const { store, duties } = parts;
    const running = await store.operations.running();
    const unknown = running.filter(({ id }) => !operations.has(id) && !this.#taking.has(id));
    if (unknown.length === 0) return;
    const alive = new Set((await duties.nodes()).map(({ id }) => id)).add(duties.nodeId);
    const known = await this.#duties();
    const work: Array<Promise<void>> = [];
    for (const { id } of unknown.filter((one) => isOrphan(one, alive) || operations.isBroken(one.id))) {
      const operation = await store.operations.find(id);
      if (operation?.result !== 'running' || operations.has(id) || this.#taking.has(id)) continue;
      const vm = operation.vmId < 0 ? undefined : await store.vms.find(operation.vmId);
      const duty = dutyOfOperation(operation, vm);
      // what was of a host or datastore that is gone is nobody's
      if (isMine(known.has(duty) ? duty : MAIN)) work.push(this.#take(operation, duty));
    }
    await Promise.all(work);
  }

  async #duties(): Promise<Set<Duty>> {
    const { hosts, datastores } = this.#services.parts.store;
    return new Set<Duty>([
      ...[...(await hosts.names()).keys()].map(hostDuty),
      ...[...(await datastores.names()).keys()].map(datastoreDuty),
      MAIN,
    ]);
  }

  /** One that cannot be ended does not keep others from it. */
  async #take(operation: Operation, duty: Duty): Promise<void> {
    this.#taking.set(operation.id, duty);
    try {
      await this.#goOn(operation);
      await this.#sign(operation);
    } catch (err) {
      this.#services.parts.log.error({ operation: operation.id, err }, 'a run could not be taken up');
      this.#services.operations.broke(operation.id);
    } finally {
      this.#taking.delete(operation.id);
    }
  }

  /** What goes on says from now on who works on it. */
  async #sign(operation: Operation): Promise<void> {
    const { operations, parts } = this.#services;
    if (operation.result === 'running' && operations.has(operation.id)) await parts.store.operations.save(operation);
  }

  async #goOn(operation: Operation): Promise<void> {
    const { scheduler, backups, restores, drills, selfBackups, upkeep } = this.#services;
    if (scheduler.takeUp(operation)) return;
    if (operation.kind === 'backup') backups.takeUp(operation);
    else if (operation.kind === 'restore') restores.takeUp(operation);
    else if (operation.kind === 'drill') await drills.takeUp(operation);
    else if (operation.kind === 'self') await selfBackups.takeUp(operation);
    else await upkeep.takeUp(operation);
  }
}
