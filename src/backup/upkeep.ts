// The care of backups that are there already, at low priority and outside of every backup: layers of chains are merged, snapshots
// that nothing needs are removed, points are read back, space is given back. What was under way when the daemon died is cleaned
// and begun again.
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';
import type { Operation } from '../model/operation.ts';
import { readBackupPolicy, type BackupPolicy } from '../model/backup-policy.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { cleanUpkeep } from './clean.ts';
import { flattenOnce } from './flatten.ts';
import { Lane } from './lane.ts';
import { pruneOnce } from './prune.ts';
import { draftVerify, untrusted, verifyOnce } from './verify.ts';

/** How long a prune that had to make way waits at least. */
const PRUNE_AGAIN_MS = 60_000;

export class Upkeep {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #images: Lane;
  readonly #prunes: Lane;
  /** When a datastore was pruned last, and what will prune it next. */
  readonly #pruned = new Map<number, number>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  /** The datastore whose images are worked on: between two runs there it is not free for a prune either. */
  #tended = -1;
  readonly #unlisten: () => void;

  constructor(parts: Parts, log: OperationLog) {
    this.#parts = parts;
    this.#log = log;
    const failed = (err: unknown, key: string): void => parts.log.error({ work: key, err }, 'upkeep broke');
    this.#images = new Lane(failed);
    this.#prunes = new Lane(failed);
    // snapshots that a run was reading could not be removed under it
    this.#unlisten = log.listen(({ kind, result, reads }) => {
      if (kind !== 'flatten' && result !== 'running' && reads) this.tend(reads.imageId);
    });
  }

  /** Looks after an image: merges layers as far as need be, and removes what nothing needs any more. */
  tend(imageId: number): void {
    this.#images.add({ key: `tend ${imageId}`, run: (signal) => this.#tend(imageId, signal) });
  }

  /** What is due when a backup has been recorded. */
  async afterBackup({ imageId, pointId }: NonNullable<Operation['recorded']>): Promise<void> {
    const image = await this.#parts.store.images.find(imageId);
    if (!image) return;
    if (image.isChain) this.tend(imageId);
    if ((await this.#policyOf(image.datastoreId)).verify) await this.#addVerify(image, pointId, true);
  }

  /** Accepts the verification of a point, the newest when undefined. Throws when there is no such point, or it cannot be read now. */
  async verify(imageId: number, pointId: number | undefined): Promise<void> {
    const image = await this.#parts.store.images.get(imageId);
    const point = pointId ?? image.points.at(-1)?.id;
    if (image.type !== IMAGE_TYPE.BACKUP || point === undefined) {
      throw new OneError(
        CODE.ACTION,
        `Image ${imageId} (${image.name}) is not a backup, so there is nothing to verify.`,
      );
    }
    await this.#addVerify(image, point, false);
  }

  /** Space in a datastore can be given back now. */
  freed(datastoreId: number): void {
    this.#later(datastoreId, 0).catch((err: unknown) =>
      this.#parts.log.error({ datastore: datastoreId, err }, 'a prune could not be planned'),
    );
  }

  /** A run needs the datastore: a prune, which keeps others out, ends and goes on another time. */
  async makeWay(datastoreId: number): Promise<void> {
    if (await this.#prunes.stop(`prune ${datastoreId}`)) await this.#later(datastoreId, PRUNE_AGAIN_MS);
  }

  /** Cleans after work that was under way when the daemon died. */
  async takeUp(operation: Operation): Promise<void> {
    const left = operation.kind === 'prune' ? '' : await cleanUpkeep(this.#parts, operation);
    await this.#parts.store.transaction((tx) =>
      this.#log.end(tx, operation, 'failed', `The daemon ended while it ran.${left}`),
    );
    this.#log.announce(operation);
  }

  /** Looks at every backup for work that is left to do. */
  async begin(): Promise<void> {
    for await (const images of this.#parts.store.images.each()) {
      for (const image of images) {
        if (image.type === IMAGE_TYPE.BACKUP && image.state === IMAGE_STATE.READY && needsLook(image))
          this.tend(image.id);
      }
    }
  }

  async stopAll(): Promise<void> {
    this.#unlisten();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all([this.#images.close(), this.#prunes.close()]);
  }

  async #tend(imageId: number, signal: AbortSignal): Promise<void> {
    const image = await this.#parts.store.images.find(imageId);
    if (image?.state !== IMAGE_STATE.READY) return;
    const { flattenSharePercent } = await this.#policyOf(image.datastoreId);
    this.#tended = image.datastoreId;
    try {
      await this.makeWay(image.datastoreId);
      while (!signal.aborted && (await flattenOnce(this.#parts, this.#log, imageId, flattenSharePercent, signal)));
      if (!signal.aborted) await this.#sweep(imageId);
    } finally {
      this.#tended = -1;
    }
  }

  /** Removes snapshots that nothing needs; those of an image that somebody reads now stay until then. */
  async #sweep(imageId: number): Promise<void> {
    const { store } = this.#parts;
    const image = await store.images.find(imageId);
    const garbage = image?.garbage ?? [];
    if (!image || garbage.length === 0 || image.state !== IMAGE_STATE.READY) return;
    if (this.#log.running(({ reads }) => reads?.imageId === imageId)) return;
    const datastore = await store.datastores.get(image.datastoreId);
    await (await this.#parts.backupStoreOf(datastore)).remove(garbage);
    await store.images.update(imageId, (record) => {
      record.garbage = (record.garbage ?? []).filter((source) => !garbage.includes(source));
    });
    this.freed(image.datastoreId);
  }

  async #addVerify(image: Image, pointId: number, unread: boolean): Promise<void> {
    const { store } = this.#parts;
    const operation = draftVerify(this.#log, image, pointId);
    if (unread && untrusted(image, pointId).length === 0) return;
    await store.operations.add(operation);
    this.#log.started(operation);
    this.#images.add({
      key: `verify ${operation.id}`,
      run: async (signal) => {
        await this.makeWay(image.datastoreId);
        await verifyOnce(this.#parts, this.#log, operation, unread, signal);
      },
    });
  }

  async #later(datastoreId: number, atLeastMs: number): Promise<void> {
    if (this.#timers.has(datastoreId)) return;
    const { pruneIntervalSec } = await this.#policyOf(datastoreId);
    const due = (this.#pruned.get(datastoreId) ?? -Infinity) + pruneIntervalSec * 1000 - this.#parts.clock();
    const timer = setTimeout(
      () => {
        this.#timers.delete(datastoreId);
        this.#prunes.add({ key: `prune ${datastoreId}`, run: (signal) => this.#prune(datastoreId, signal) });
      },
      Math.max(atLeastMs, due, 0),
    );
    timer.unref();
    this.#timers.set(datastoreId, timer);
  }

  async #prune(datastoreId: number, signal: AbortSignal): Promise<void> {
    const used = this.#log.running((one) => one.datastoreId === datastoreId || one.reads?.datastoreId === datastoreId);
    if (used || this.#tended === datastoreId) return this.#later(datastoreId, PRUNE_AGAIN_MS);
    const { pruneBudgetSec } = await this.#policyOf(datastoreId);
    const complete = await pruneOnce(this.#parts, this.#log, datastoreId, pruneBudgetSec, signal);
    this.#pruned.set(datastoreId, this.#parts.clock());
    if (!complete && !signal.aborted) await this.#later(datastoreId, PRUNE_AGAIN_MS);
  }

  /** What is written wrongly in a template is told when it is set; here the usual is better than no care at all. */
  async #policyOf(datastoreId: number): Promise<BackupPolicy> {
    const datastore = await this.#parts.store.datastores.find(datastoreId);
    try {
      return readBackupPolicy(datastore?.template ?? []);
    } catch (error) {
      this.#parts.log.warn({ datastore: datastoreId, reason: reasonOf(error) }, 'a datastore cares as usual');
      return readBackupPolicy([]);
    }
  }
}

function needsLook({ points, garbage = [] }: Image): boolean {
  return garbage.length > 0 || (points[0]?.layers.length ?? 0) > 1;
}
