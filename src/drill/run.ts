// Carries out drills: plan, record, turn, a host with room, mover, and what came of it noted on the point. Whatever ends a drill, its
// machine and its directory are gone before its record says that it has ended.
import { merge } from '../model/attributes.ts';
import { readDrill, settleDrill, type DrillWish, type PartialDrillWish } from '../model/drill.ts';
import { CleanStop, CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { CleanupResult, CleanupTask } from '../model/tasks/cleanup.ts';
import type { DrillResult, DrillTask } from '../model/tasks/drill.ts';
import { WAITING, type AskedBy, type Operation } from '../model/operation.ts';
import { isOverSsh } from '../model/ssh-host.ts';
import type { Store } from '../store/store.ts';
import { LOOK } from '../nodes/duties.ts';
import { hostDuty } from '../nodes/duty.ts';
import { Lane } from '../vm/lane.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { loadOfHosts, placeMemory } from '../vm/placement.ts';
import { cancelled, interrupted, Runs, unlessAborted, whyEnded } from '../vm/runs.ts';
import { screenFile } from '../vm/screens.ts';
import { planDrill, withPrograms } from './plan.ts';
import { noteFailed, noteNewest, noteProven } from './record.ts';

/** What a drill's record keeps. */
interface KeptDrill {
  pointId: number;
  memoryMb: number;
  wish: DrillWish;
  directory: string;
}

export interface DrillSettings {
  /** How many go on at the same time, 0 for any number. */
  most: number;
  /** Directory of the programs that drills may run; undefined for none. */
  scripts: string | undefined;
}

export interface DrillStart {
  /** What the caller says; what she leaves open is as image, VM and datastore say. */
  wish: PartialDrillWish;
  asked: AskedBy;
  /** Done in the transaction that records the run. */
  alongside?: (tx: Store, operation: Operation) => Promise<void>;
}

/** How much longer than the machine is waited for a whole drill may take. */
const SLACK_MS = 600_000;

export class DrillRunner {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #runs: Runs;
  readonly #lane: Lane;
  readonly #settings: DrillSettings;
  /** Called before the datastore of a backup is read. */
  readonly #makeWay: (datastoreId: number) => Promise<void>;

  constructor(
    parts: Parts,
    log: OperationLog,
    makeWay: (datastoreId: number) => Promise<void>,
    settings: DrillSettings,
  ) {
    this.#parts = parts;
    this.#log = log;
    this.#runs = new Runs(parts, log);
    const places = { count: settings.most, limit: 'MAX_DRILLS', one: 'drill runs', many: 'drills run' };
    this.#lane = new Lane(places, (err, operation) => {
      parts.log.error({ operation, err }, 'a drill broke');
      log.broke(operation);
    });
    this.#settings = settings;
    this.#makeWay = makeWay;
  }

  /** Accepts the drill of a point; it goes on in the background. Throws when it is not possible, and why. */
  async start(image: Image, pointId: number, { wish: given, asked, alongside }: DrillStart): Promise<void> {
    const { store, runDirectory } = this.#parts;
    const wish = settleDrill(given, ...(await this.#said(image, pointId)));
    withPrograms(wish.conditions, this.#settings.scripts);
    const { memoryMb } = planDrill(image, pointId, wish).machine;
    const operation = this.#log.draft({
      kind: 'drill',
      vmId: image.vms[0] ?? -1,
      hostId: -1,
      datastoreId: image.datastoreId,
      imageIds: [image.id],
      plan: null,
      reason: '',
      reads: { imageId: image.id, datastoreId: image.datastoreId },
      asked,
    });
    const kept: KeptDrill = { pointId, memoryMb, wish, directory: `${runDirectory}/${operation.id}` };
    operation.plan = kept;
    await store.transaction(async (tx) => {
      await tx.operations.add(operation);
      await alongside?.(tx, operation);
    });
    await this.#add(operation);
  }

  /** The host is chosen by `main`, and the drill goes on at its node. */
  async #add(operation: Operation): Promise<void> {
    if (!this.#parts.duties.owns(hostDuty(operation.hostId))) return this.#pass(operation);
    this.#log.started(operation);
    this.#lane.add({
      key: operation.id,
      alone: [`image ${operation.imageIds[0]}`],
      run: (signal) => this.#run(operation, signal),
      waits: (reason) => this.#runs.waits(operation, reason),
    });
  }

  async #pass(operation: Operation): Promise<void> {
    await this.#log.handOver(operation);
    this.#parts.duties.tell(LOOK);
  }

  /** Asks the drills of an image to end. Returns whether there is one. */
  async cancel(imageId: number): Promise<boolean> {
    const drills = this.#log.all().filter(({ kind, imageIds }) => kind === 'drill' && imageIds.includes(imageId));
    for (const operation of drills) {
      await this.#log.cancelling(operation);
      void this.#lane.stop(operation.id, cancelled()); // its end is told where it is followed
    }
    return drills.length > 0;
  }

  /** Ends every drill, as the daemon stops. */
  async stopAll(): Promise<void> {
    for (const operation of this.#log.all()) if (operation.kind === 'drill') operation.interrupted = true;
    await this.#lane.close(interrupted());
  }

  /** Cleans after a drill that was under way when the daemon died; one that another node has passed on waits for its turn here. */
  async takeUp(operation: Operation): Promise<void> {
    if (operation.node === undefined && operation.begunAt === undefined) return this.#add(operation);
    operation.interrupted = true;
    await this.#end(operation, reasonOf(interrupted()) + (await this.#clean(operation)));
  }

  /** What image, VM and datastore say of drills. */
  async #said({ id, template, vms, points, datastoreId }: Image, pointId: number): Promise<PartialDrillWish[]> {
    const { store } = this.#parts;
    const vm = await store.vms.find(vms[0] ?? -1);
    const then = points.find((point) => point.id === pointId)?.vmTemplate ?? [];
    const datastore = await store.datastores.get(datastoreId);
    return [
      readDrill(template, `image ${id}`),
      readDrill(vm ? merge(vm.template, vm.userTemplate) : then, `virtual machine ${vms[0]}`),
      readDrill(datastore.template, `datastore ${datastoreId}`),
    ];
  }

  async #run(operation: Operation, signal: AbortSignal): Promise<void> {
    const began = this.#parts.clock();
    const [imageId = -1] = operation.imageIds;
    const { pointId } = operation.plan as KeptDrill;
    let begun = false;
    try {
      signal.throwIfAborted();
      await unlessAborted(this.#makeWay(operation.datastoreId), signal);
      const { task, leftOut } = await this.#task(operation, imageId);
      signal.throwIfAborted();
      if (!this.#parts.duties.owns(hostDuty(operation.hostId))) return await this.#pass(operation);
      await this.#parts.store.operations.save(operation);
      signal.throwIfAborted();
      begun = true;
      const result = await this.#move(operation, task, signal);
      for (const warning of result.warnings) this.#parts.log.warn({ operation: operation.id }, warning);
      const tookMs = Math.max(0, result.endedAt - began);
      if (result.by !== '') return await this.#proven(operation, imageId, result, tookMs);
      const lacks = leftOut === '' ? '' : ` The machine is without what the VM had: ${leftOut}.`;
      await this.#end(operation, result.reason + lacks, { imageId, pointId, screen: result.screen });
    } catch (error) {
      const left = begun && !(error instanceof CleanStop) ? await this.#clean(operation) : '';
      await this.#end(operation, reasonOf(whyEnded(error, signal)) + left, { imageId, pointId, screen: false });
    }
  }

  /** Takes the host with the most room. What the record says of the host is what a clean-up goes by. */
  async #task(operation: Operation, imageId: number): Promise<{ task: DrillTask; leftOut: string }> {
    const parts = this.#parts;
    const kept = operation.plan as KeptDrill;
    const { pointId, wish } = kept;
    const image = await parts.store.images.get(imageId);
    const { machine, leftOut } = planDrill(image, pointId, wish);
    const chosen = await this.#parts.store.hosts.find(operation.hostId);
    const host = chosen ?? (await this.#hostFor(machine.memoryMb, operation));
    operation.hostId = host.id;
    const directory = `${parts.runDirectoryOf(host)}/${operation.id}`;
    kept.directory = directory;
    const env = {
      DRILL_VM_ID: String(operation.vmId),
      DRILL_IMAGE_ID: String(imageId),
      DRILL_INCREMENT_ID: String(pointId),
      DRILL_URI: parts.hypervisorConfigOf(host).uri,
    };
    const task: DrillTask = {
      ...{ kind: 'drill', operationId: operation.id, directory, env },
      store: await parts.backupStoreConfigOf(await parts.store.datastores.get(image.datastoreId)),
      hypervisor: parts.hypervisorConfigOf(host),
      machine: { ...machine, kvm: host.kvm === true },
      conditions: withPrograms(wish.conditions, this.#settings.scripts),
      timeoutSec: wish.timeoutSec,
      screen: isOverSsh(host) ? `${directory}.png` : screenFile(parts.screenDirectory, imageId, pointId),
    };
    return { task, leftOut };
  }

  async #hostFor(memoryMb: number, own: Operation): Promise<Host> {
    const { store } = this.#parts;
    const promised = await store.links.hostShares();
    const others = this.#log.all().filter(({ id, phase }) => id !== own.id && phase !== WAITING);
    const load = loadOfHosts(others.map(({ hostId }) => hostId));
    for (const { id, kind, hostId, plan } of this.#log.all()) {
      if (kind !== 'drill' || hostId < 0 || id === own.id) continue;
      const before = promised.get(hostId) ?? { cpu: 0, memoryMb: 0, vms: 0 };
      promised.set(hostId, { ...before, memoryMb: before.memoryMb + (plan as KeptDrill).memoryMb });
    }
    const placement = placeMemory(memoryMb, await store.hosts.list({ ascending: true }), promised, load);
    if ('host' in placement) return placement.host;
    throw new OneError(CODE.ACTION, placement.wait, {
      retry: true,
      hint: 'A drill may get less memory than its VM had: MEMORY of DRILL, or oneimage drill --memory.',
    });
  }

  /** A mover that hangs is ended, as if somebody had cancelled it. */
  async #move(operation: Operation, task: DrillTask, signal: AbortSignal): Promise<DrillResult> {
    const limitMs = task.timeoutSec * 1000 + SLACK_MS;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limitMs);
    try {
      const either = AbortSignal.any([signal, late.signal]);
      const relay = (event: MoverEvent): void => this.#runs.relay(operation, event);
      const host = await this.#parts.store.hosts.get(operation.hostId);
      const result = await this.#parts.move<DrillResult>(task, either, relay, host);
      if (result.screen) await this.#bringScreen(operation, task.screen, host);
      return result;
    } catch (error) {
      if (!late.signal.aborted || signal.aborted) throw error;
      throw new OneError(CODE.INTERNAL, `The drill did not end within ${limitMs / 1000} s.`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The picture is kept here, wherever the machine ran. */
  async #bringScreen(operation: Operation, screen: string, host: Host): Promise<void> {
    const parts = this.#parts;
    const [imageId = -1] = operation.imageIds;
    const { pointId } = operation.plan as KeptDrill;
    const kept = screenFile(parts.screenDirectory, imageId, pointId);
    if (screen === kept) return;
    const picture = await parts.filesOf(host).read(screen);
    if (picture) await parts.filesOf().write(kept, picture, 0o600);
    await parts.filesOf(host).remove(screen);
  }

  async #proven(operation: Operation, imageId: number, { by, screen }: DrillResult, tookMs: number): Promise<void> {
    const { store, clock } = this.#parts;
    const { pointId } = operation.plan as KeptDrill;
    const proof = { date: nowSec(clock), tookMs, by };
    await store.transaction(async (tx) => {
      const image = await tx.images.update(imageId, (record) => noteProven(record, pointId, proof, screen));
      const point = image.points.find(({ id }) => id === pointId);
      if (point && (await tx.vms.find(operation.vmId))) {
        const proven = { imageId, pointId, pointDate: point.date, ...proof };
        await tx.vms.update(operation.vmId, (vm) => noteNewest(vm, proven));
      }
      const told = `increment ${pointId} boots: ${by} after ${(tookMs / 1000).toFixed(1)} s`;
      await this.#log.end(tx, operation, 'done', told);
    });
    this.#log.announce(operation);
  }

  /** Ends a drill that proves nothing; it is told on the point, unless it was ended by somebody. */
  async #end(
    operation: Operation,
    reason: string,
    told?: { imageId: number; pointId: number; screen: boolean },
  ): Promise<void> {
    const { store, clock, log } = this.#parts;
    const { cancelling = false, interrupted: ended = false } = operation;
    log.warn({ operation: operation.id, reason }, cancelling ? 'a drill was cancelled' : 'a drill failed');
    await store.transaction(async (tx) => {
      if (told && !cancelling && !ended && (await tx.images.find(told.imageId))) {
        const failed = { date: nowSec(clock), reason };
        await tx.images.update(told.imageId, (image) => noteFailed(image, told.pointId, failed, told.screen));
      }
      await this.#log.end(tx, operation, 'failed', reason);
    });
    this.#log.announce(operation);
  }

  /** Returns what there is to say about it. */
  async #clean(operation: Operation): Promise<string> {
    const parts = this.#parts;
    try {
      const host = await parts.store.hosts.find(operation.hostId);
      if (!host) return ''; // it had none yet
      const { directory } = operation.plan as KeptDrill;
      const task: CleanupTask = {
        ...{ kind: 'cleanup', operationId: operation.id, backup: null, store: null },
        drill: { hypervisor: parts.hypervisorConfigOf(host), directory },
      };
      const { mended } = await parts.move<CleanupResult>(task, new AbortController().signal, () => undefined, host);
      return mended.length === 0 ? '' : ` Cleaned up: ${mended.join('; ')}.`;
    } catch (error) {
      return ` The clean-up failed as well: ${reasonOf(error)}`;
    }
  }
}

/** The point that a drill is of; undefined for what is none. */
export function pointDrilled({ kind, plan }: Operation): number | undefined {
  return kind === 'drill' ? (plan as KeptDrill).pointId : undefined;
}
