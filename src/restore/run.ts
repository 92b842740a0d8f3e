// Carries out restores: plan, records (images LOCKED, template), turn, mover, images READY. One that fails or is cancelled removes what it
// made.
import type { Attributes } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, type Image } from '../model/image.ts';
import type { RestoreDisk, RestoreResult, RestoreTask } from '../model/tasks/restore.ts';
import type { Operation } from '../model/operation.ts';
import type { User } from '../model/user.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import { nowSec, type Parts } from '../vm/parts.ts';
import { Lane } from '../vm/lane.ts';
import { cancelled, interrupted, Runs, unlessAborted, whyEnded } from '../vm/runs.ts';
import { InPlaceRestores } from './in-place-run.ts';
import { endLeft } from './ended.ts';
import { readOptions } from './options.ts';
import { InstantRestores, type InstantDoors } from './instant-run.ts';
import { makeObjects, restoreDisks, takeBack } from './objects.ts';
import { planRestore } from './plan.ts';
import { shownStore } from './shown-store.ts';

export type RestoreDoors = Omit<InstantDoors, 'runs' | 'lane'>;

export class RestoreRunner {
  /** Restores into the disks of a VM itself. */
  readonly inPlace: InPlaceRestores;
  /** Restores whose VM runs while its data is still being copied. */
  readonly instant: InstantRestores;
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #runs: Runs;
  readonly #lane: Lane;
  /** Called before the datastore of a backup is read. */
  readonly #makeWay: (datastoreId: number) => Promise<void>;

  /** `most` run at the same time, 0 for any number; the others wait in order. */
  constructor(doors: RestoreDoors, most: number) {
    const { parts, log, makeWay } = doors;
    this.#parts = parts;
    this.#log = log;
    this.#runs = new Runs(parts, log);
    const places = { count: most, limit: 'MAX_RESTORES', one: 'restore runs', many: 'restores run' };
    this.#lane = new Lane(places, (err, operation) => {
      parts.log.error({ operation, err }, 'a restore broke');
      log.broke(operation);
    });
    this.#makeWay = makeWay;
    this.inPlace = new InPlaceRestores({ parts, log, runs: this.#runs, lane: this.#lane, makeWay });
    this.instant = new InstantRestores({ ...doors, runs: this.#runs, lane: this.#lane });
  }

  /** Accepts a restore; returns `<template id> <image ids>` as OpenNebula does. The data follows in the background. */
  async start(user: User, backup: Image, destination: Datastore, options: Attributes): Promise<string> {
    const { store } = this.#parts;
    const source = await store.datastores.get(backup.datastoreId);
    const plan = planRestore({ image: backup, backupDatastore: source, destination, ...readOptions(options) });
    const disks = restoreDisks(this.#parts, plan, destination);
    const operation = this.#log.draft({
      ...{ kind: 'restore', vmId: backup.vms[0] ?? -1, hostId: -1, datastoreId: destination.id },
      ...{ imageIds: [], plan: null, reason: '', reads: { imageId: backup.id, datastoreId: source.id } },
    });
    const made = { user, plan, disks, destination, operation };
    const templateId = await store.transaction((tx) => makeObjects(tx, made, nowSec(this.#parts.clock)));
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
    if (operation.instant) {
      await this.instant.cancel(operation);
      return true;
    }
    await this.#log.cancelling(operation);
    void this.#lane.stop(operation.id, cancelled()); // its end is told where it is followed
    return true;
  }

  /** Ends every restore, as the daemon stops. */
  async stopAll(): Promise<void> {
    for (const operation of this.#log.all())
      if (operation.kind === 'restore' && !operation.instant) operation.interrupted = true;
    await Promise.all([this.#lane.close(interrupted()), this.instant.stopAll(), this.#runs.stopAll()]);
  }

  /** Takes back a restore that was under way when the daemon died, or goes on with it, in the background. */
  takeUp(operation: Operation): void {
    this.#log.started(operation);
    this.#runs.track(operation, async () => {
      if (operation.inPlace) return this.inPlace.takeUp(operation);
      if (operation.instant) return this.instant.takeUp(operation);
      operation.interrupted = true;
      const host = await this.#parts.bridgeOf(await this.#parts.store.datastores.get(operation.datastoreId));
      await this.#fail(operation, interrupted(), await endLeft(this.#parts, operation.id, 'all', host));
    });
  }

  async #run(operation: Operation, source: Datastore, disks: RestoreDisk[], signal: AbortSignal): Promise<void> {
    try {
      await unlessAborted(this.#makeWay(source.id), signal);
      const store = await this.#parts.backupStoreConfigOf(source);
      const host = await this.#parts.bridgeOf(await this.#parts.store.datastores.get(operation.datastoreId));
      const directory = shownStore(this.#parts, operation, host);
      const task: RestoreTask = { kind: 'restore', operationId: operation.id, store, disks, directory };
      await this.#parts.move<RestoreResult>(task, signal, (event) => this.#runs.relay(operation, event), host);
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

  async #fail(operation: Operation, error: unknown, more = ''): Promise<void> {
    const reason = await takeBack(this.#parts, this.#log, operation, reasonOf(error) + more);
    this.#parts.log.warn(
      { operation: operation.id, reason },
      operation.cancelling ? 'a restore was cancelled' : 'a restore failed',
    );
  }
}
