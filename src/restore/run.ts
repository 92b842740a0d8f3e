// Carries out restores: plan, records (images LOCKED, template), turn, mover, images READY. One that fails or is cancelled removes what it
// made.
import { ownedBy } from '../access/umask.ts';
import { moverResult } from '../exec/mover.ts';
import type { Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import type { RestoreDisk, RestoreResult, RestoreTask } from '../model/mover-protocol.ts';
import type { Operation } from '../model/operation.ts';
import type { User } from '../model/user.ts';
import { NOUNS } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { keepWithinQuota } from '../vm/quota.ts';
import { Lane } from '../vm/lane.ts';
import { cancelled, interrupted, Runs, unlessAborted, whyEnded } from '../vm/runs.ts';
import { InPlaceRestores } from './in-place-run.ts';
import { readOptions } from './options.ts';
import { planRestore, withImageIds, type RestorePlan } from './plan.ts';
import { clearShown, shownStore } from './shown-store.ts';

/** What a restore's record keeps: all that is needed to take it back. */
interface KeptRestore {
  templateId: number;
  targets: string[];
}

export class RestoreRunner {
  /** Restores into the disks of a VM itself. */
  readonly inPlace: InPlaceRestores;
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #runs: Runs;
  readonly #lane: Lane;
  /** Called before the datastore of a backup is read. */
  readonly #makeWay: (datastoreId: number) => Promise<void>;

  /** `most` run at the same time, 0 for any number; the others wait in order. */
  constructor(parts: Parts, log: OperationLog, makeWay: (datastoreId: number) => Promise<void>, most: number) {
    this.#parts = parts;
    this.#log = log;
    this.#runs = new Runs(parts, log);
    const places = { count: most, limit: 'MAX_RESTORES', one: 'restore runs', many: 'restores run' };
    this.#lane = new Lane(places, (err, operation) => parts.log.error({ operation, err }, 'a restore broke'));
    this.#makeWay = makeWay;
    this.inPlace = new InPlaceRestores({ parts, log, runs: this.#runs, lane: this.#lane, makeWay });
  }

  /** Accepts a restore; returns `<template id> <image ids>` as OpenNebula does. The data follows in the background. */
  async start(user: User, backup: Image, destination: Datastore, options: Attributes): Promise<string> {
    const { store } = this.#parts;
    const source = await store.datastores.get(backup.datastoreId);
    const plan = planRestore({ image: backup, backupDatastore: source, destination, ...readOptions(options) });
    const files = this.#parts.imageStoreOf(destination);
    const disks = plan.disks.map((disk): RestoreDisk => ({
      stored: disk.stored,
      members: disk.members,
      target: files.newSource(),
      targetFormat: disk.stored.originalFormat,
    }));
    const operation = this.#log.draft({
      kind: 'restore',
      vmId: backup.vms[0] ?? -1,
      hostId: -1,
      datastoreId: destination.id,
      imageIds: [],
      plan: null,
      reason: '',
      reads: { imageId: backup.id, datastoreId: source.id },
    });
    const templateId = await store.transaction((tx) => this.#records(tx, user, plan, disks, destination, operation));
    this.#log.started(operation);
    this.#lane.add({
      key: operation.id,
      run: (signal) => this.#run(operation, source, disks, signal),
      waits: (reason) => this.#runs.waits(operation, reason),
    });
    return [templateId, ...operation.imageIds].join(' ');
  }

  /** Asks the restore that makes an image to end, which takes back all that it made. Returns whether there is one. */
  async cancel(imageId: number): Promise<boolean> {
    const operation = this.#log.running(({ kind, imageIds }) => kind === 'restore' && imageIds.includes(imageId));
    if (!operation) return false;
    await this.#log.cancelling(operation);
    void this.#lane.stop(operation.id, cancelled()); // its end is told where it is followed
    return true;
  }

  /** Ends every restore, as the daemon stops. */
  async stopAll(): Promise<void> {
    for (const operation of this.#log.all()) if (operation.kind === 'restore') operation.interrupted = true;
    await this.#lane.close(interrupted());
  }

  /** Takes back a restore that was under way when the daemon died. */
  async takeUp(operation: Operation): Promise<void> {
    if (operation.inPlace) return this.inPlace.takeUp(operation);
    operation.interrupted = true;
    await this.#fail(operation, interrupted());
  }

  /** Makes the template and the images, LOCKED, and the operation's record. Returns the template's id, -1 for none. */
  async #records(
    tx: Store,
    user: User,
    plan: RestorePlan,
    disks: RestoreDisk[],
    destination: Datastore,
    operation: Operation,
  ): Promise<number> {
    const owner = ownedBy(user);
    const now = nowSec(this.#parts.clock);
    for (const [index, disk] of plan.disks.entries()) {
      const to = disks[index];
      if (!to) continue;
      const image = await tx.images.allocate((id): Image => ({
        id,
        ...owner,
        name: disk.name,
        type: disk.type,
        diskType: 0,
        persistent: false,
        regtime: now,
        source: to.target,
        path: disk.path,
        format: to.targetFormat,
        fs: '',
        sizeMb: Math.ceil(disk.stored.virtualBytes / 2 ** 20),
        state: IMAGE_STATE.LOCKED,
        prevState: IMAGE_STATE.INIT,
        vms: [],
        datastoreId: destination.id,
        datastore: destination.name,
        template: [],
        points: [],
        isChain: false,
      }));
      operation.imageIds.push(image.id);
      await keepWithinQuota(tx, image, NOUNS.images.charges(image));
    }
    let templateId = -1;
    if (plan.template) {
      const attributes = withImageIds(plan.template, plan, operation.imageIds);
      const template = await tx.templates.allocate((id) => ({
        id,
        ...owner,
        name: plan.name,
        regtime: now,
        template: attributes,
      }));
      templateId = template.id;
    }
    const kept: KeptRestore = { templateId, targets: disks.map(({ target }) => target) };
    operation.plan = kept;
    await tx.operations.add(operation);
    return templateId;
  }

  async #run(operation: Operation, source: Datastore, disks: RestoreDisk[], signal: AbortSignal): Promise<void> {
    try {
      await unlessAborted(this.#makeWay(source.id), signal);
      const store = await this.#parts.backupStoreConfigOf(source);
      const directory = shownStore(this.#parts, operation);
      const task: RestoreTask = { kind: 'restore', operationId: operation.id, store, disks, directory };
      await moverResult<RestoreResult>(task, signal, (event) => this.#runs.relay(operation, event));
    } catch (error) {
      return this.#fail(operation, whyEnded(error, signal));
    }
    await this.#parts.store.transaction(async (tx) => {
      for (const id of operation.imageIds) {
        await tx.images.update(id, (image) => void (image.state = IMAGE_STATE.READY));
      }
      await this.#log.end(tx, operation, 'done', '');
    });
    this.#log.announce(operation);
  }

  async #fail(operation: Operation, error: unknown): Promise<void> {
    const { store, log } = this.#parts;
    let reason = reasonOf(error);
    const { templateId, targets } = operation.plan as KeptRestore;
    const destination = await store.datastores.get(operation.datastoreId);
    const files = this.#parts.imageStoreOf(destination);
    await clearShown(shownStore(this.#parts, operation)).catch((clearing: unknown) => {
      reason += ` The view of the backups could not be cleared: ${reasonOf(clearing)}.`;
    });
    for (const target of targets) {
      await files.remove(target).catch((removing: unknown) => {
        reason += ` ${target} could not be removed: ${reasonOf(removing)}.`;
      });
    }
    log.warn(
      { operation: operation.id, reason },
      operation.cancelling ? 'a restore was cancelled' : 'a restore failed',
    );
    await store.transaction(async (tx) => {
      if (templateId >= 0) await tx.templates.remove(templateId);
      for (const id of operation.imageIds) await tx.images.remove(id);
      await this.#log.end(tx, operation, 'failed', reason);
    });
    this.#log.announce(operation);
  }
}
