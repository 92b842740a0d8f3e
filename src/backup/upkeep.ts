// The care of backups that are there already, at low priority and outside of every backup: layers of chains are merged, snapshots
// that nothing needs are removed, points are read back and copied, space is given back. What was under way when the daemon died is cleaned
// and begun again. Datastores of other nodes are cared for there: those are told of what is to be done.
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';
import type { AskedBy, Operation } from '../model/operation.ts';
import { readBackupPolicy, type BackupPolicy } from '../model/backup-policy.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { CheckSchedule, keyOf as checkOf } from './check-schedule.ts';
import { cleanUpkeep } from './clean.ts';
import type { KnownBackup } from './copy-plan.ts';
import { Copies, copyKey, knownBackup } from './copies.ts';
import { noteFailure } from './copy.ts';
import { datastoreDuty } from '../nodes/duty.ts';
import { Lane } from '../vm/lane.ts';
import { cancelled, interrupted, Runs } from '../vm/runs.ts';
import { draftFlatten, flattenOnce } from './flatten.ts';
import { waitForWay } from './make-way.ts';
import { pruneOnce } from './prune.ts';
import { isUsed } from './datastore-use.ts';
import { draftRescan, rescanOnce } from './rescan.ts';
import { readWord, wordOf } from './upkeep-word.ts';
import { draftVerify, untrusted, verifyOnce } from './verify.ts';

/** How long a prune that had to make way waits at least. */
const PRUNE_AGAIN_MS = 60_000;

export class Upkeep {
  readonly #parts: Parts;
  readonly #log: OperationLog;
  readonly #runs: Runs;
  readonly #lane: Lane;
  /** When a datastore was pruned last, and what will prune it next. */
  readonly #pruned = new Map<number, number>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #checks: CheckSchedule;
  readonly #copies: Copies;
  /** Images whose merging was cancelled: it goes on with their next backup. */
  readonly #resting = new Set<number>();
  /** Images that are looked after just now. */
  readonly #tended = new Set<number>();
  readonly #unlisten: () => void;

  /** `most` merges, verifications and prunes are under way at the same time, 0 for any number. */
  constructor(parts: Parts, log: OperationLog, most: number) {
    this.#parts = parts;
    this.#log = log;
    this.#runs = new Runs(parts, log);
    const words = {
      one: 'merge, verification, prune, check or copy runs',
      many: 'merges, verifications, prunes, checks or copies run',
    };
    const failed = (err: unknown, key: string): void => this.#broke(err, key);
    this.#lane = new Lane({ count: most, limit: 'MAX_UPKEEP', ...words }, failed);
    const policyOf = (datastoreId: number): Promise<BackupPolicy> => this.#policyOf(datastoreId);
    this.#checks = new CheckSchedule({ parts, log, lane: this.#lane, policyOf });
    this.#copies = new Copies({
      ...{ parts, log, lane: this.#lane, policyOf },
      makeWay: (datastoreId) => this.makeWay(datastoreId),
      tend: (imageId) => this.tend(imageId),
      freed: (datastoreId) => this.freed(datastoreId),
      verify: (image, pointId) => this.#addVerify(image, pointId, true),
    });
    // snapshots that a run was reading could not be removed under it
    this.#unlisten = log.listen(({ kind, result, reads }) => {
      if (kind !== 'flatten' && result !== 'running' && reads) this.tend(reads.imageId);
    });
  }

  /** Work whose end could not be written down: its run is taken up anew, or it would be under way until the daemon starts again. */
  #broke(err: unknown, key: string): void {
    this.#parts.log.error({ work: key, err }, 'upkeep broke');
    for (const operation of this.#log.all())
      if (UPKEEP.has(operation.kind) && keyOf(operation) === key) this.#log.broke(operation.id);
  }

  /** Looks after an image: merges layers as far as need be, and removes what nothing needs any more. */
  tend(imageId: number): void {
    this.#tendWhereItIs(imageId).catch((err: unknown) =>
      this.#parts.log.error({ image: imageId, err }, 'upkeep broke'),
    );
  }

  /** What is due when a backup has been recorded. */
  async afterBackup({ imageId, pointId }: NonNullable<Operation['recorded']>, asked?: AskedBy): Promise<void> {
    const image = await this.#parts.store.images.find(imageId);
    if (!image) return;
    const jobId = asked?.by === 'job' ? asked.jobId : undefined;
    if (this.#isOurs(image.datastoreId)) await this.#afterBackup(image, pointId, jobId);
    else this.#parts.duties.tell(wordOf({ stored: imageId, pointId, jobId: jobId ?? -1 }));
  }

  async #afterBackup(image: Image, pointId: number, jobId: number | undefined): Promise<void> {
    const { id: imageId } = image;
    this.#resting.delete(imageId);
    this.#checks.watch(image.datastoreId);
    if (image.isChain) this.tend(imageId);
    if ((await this.#policyOf(image.datastoreId)).verify) await this.#addVerify(image, pointId, true);
    await this.#copies.afterBackup(image, jobId);
  }

  /** Copies what of a backup image another datastore does not have yet. */
  copy(image: Image, datastoreId: number, asked: AskedBy): Promise<void> {
    return this.#copies.copy(image, datastoreId, asked);
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

  /** Looks for backups in a datastore that no record is left of. Returns the id of the run. */
  async rescan(datastoreId: number, uid: number): Promise<string> {
    const going = this.#log.running((one) => one.kind === 'rescan' && one.datastoreId === datastoreId);
    if (going) return going.id;
    const operation = draftRescan(this.#log, datastoreId, uid);
    await this.#parts.store.operations.add(operation);
    this.#log.started(operation);
    this.#lane.add({
      key: keyOf(operation),
      alone: [`rescan ${datastoreId}`],
      beside: [datastoreName(datastoreId)],
      run: (signal) => rescanOnce(this.#parts, this.#log, operation, signal),
      waits: (reason) => this.#runs.waits(operation, reason),
    });
    await this.makeWay(datastoreId);
    return operation.id;
  }

  /** Space in a datastore can be given back now. */
  freed(datastoreId: number): void {
    if (!this.#isOurs(datastoreId)) return this.#parts.duties.tell(wordOf({ freed: datastoreId }));
    this.#later(datastoreId, 0).catch((err: unknown) =>
      this.#parts.log.error({ datastore: datastoreId, err }, 'a prune could not be planned'),
    );
  }

  /** A run needs the datastore: a prune or check, which keeps others out, ends and goes on another time. */
  async makeWay(datastoreId: number): Promise<void> {
    if (!this.#isOurs(datastoreId)) return waitForWay(this.#parts, datastoreId);
    await this.#makeWay(datastoreId);
  }

  async #makeWay(datastoreId: number): Promise<void> {
    await this.#checks.makeWay(datastoreId);
    if (await this.#lane.stop(pruneOf(datastoreId))) await this.#later(datastoreId, PRUNE_AGAIN_MS);
  }

  /**
   * Asks every merge, verification and copy of an image to end, also one that waits. What was to be merged is left alone until the next backup.
   * Returns whether there was any.
   */
  async cancel(imageId: number): Promise<boolean> {
    const runs = this.#log.all().filter((one) => UPKEEP.has(one.kind) && one.imageIds.includes(imageId));
    for (const operation of runs) {
      if (operation.kind === 'flatten') this.#resting.add(imageId);
      await this.#log.cancelling(operation);
      void this.#lane.stop(keyOf(operation), cancelled()); // its end is told where it is followed
    }
    return runs.length > 0;
  }

  /** Cleans after work that was under way when the daemon died. */
  async takeUp(operation: Operation): Promise<void> {
    const left = NOTHING_LEFT.has(operation.kind) ? '' : await cleanUpkeep(this.#parts, operation);
    operation.interrupted = true;
    const reason = interrupted().message + left;
    await this.#parts.store.transaction(async (tx) => {
      const [imageId = -1] = operation.imageIds;
      if (operation.kind === 'copy') await noteFailure(tx, imageId, operation.datastoreId, reason);
      await this.#log.end(tx, operation, 'failed', reason);
    });
    this.#log.announce(operation);
  }

  /** Looks at every backup for work that is left to do in the datastores that `gained` is true of. */
  async begin(gained: (datastoreId: number) => boolean): Promise<void> {
    const known: KnownBackup[] = [];
    for await (const images of this.#parts.store.images.each()) {
      for (const image of images.filter(({ type }) => type === IMAGE_TYPE.BACKUP)) {
        known.push(knownBackup(image));
        if (!gained(image.datastoreId)) continue;
        this.#checks.watch(image.datastoreId);
        if (image.state === IMAGE_STATE.READY && needsLook(image)) this.tend(image.id);
      }
    }
    await this.#copies.begin(known, gained);
  }

  /** Whether something is under way in a datastore, or waits for its turn. */
  isBusy(datastoreId: number): boolean {
    return this.#lane.uses(datastoreName(datastoreId));
  }

  /** The datastore is another node's now. */
  giveUp(datastoreId: number): void {
    this.#checks.forget(datastoreId);
    clearTimeout(this.#timers.get(datastoreId));
    this.#timers.delete(datastoreId);
  }

  /** Does what another node asks for. */
  async heed(word: string): Promise<void> {
    const { tend, freed, way, stored, pointId, jobId } = readWord(word);
    if (tend !== undefined && (await this.#imageOfOurs(tend))) this.tend(tend);
    if (freed !== undefined && this.#isOurs(freed)) this.freed(freed);
    if (way !== undefined && this.#isOurs(way)) await this.#makeWay(way);
    const image = stored === undefined ? undefined : await this.#imageOfOurs(stored);
    if (image && pointId !== undefined) await this.#afterBackup(image, pointId, jobId === -1 ? undefined : jobId);
  }

  #isOurs(datastoreId: number): boolean {
    return this.#parts.duties.owns(datastoreDuty(datastoreId));
  }

  async #imageOfOurs(imageId: number): Promise<Image | undefined> {
    const image = await this.#parts.store.images.find(imageId);
    return image && this.#isOurs(image.datastoreId) ? image : undefined;
  }

  async #tendWhereItIs(imageId: number): Promise<void> {
    const image = await this.#parts.store.images.find(imageId);
    if (image && !this.#isOurs(image.datastoreId)) this.#parts.duties.tell(wordOf({ tend: imageId }));
    else await this.#addTend(imageId);
  }

  async stopAll(): Promise<void> {
    this.#unlisten();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#checks.stop();
    this.#copies.stop();
    for (const operation of this.#log.all()) if (UPKEEP.has(operation.kind)) operation.interrupted = true;
    await this.#lane.close(interrupted());
  }

  async #addTend(imageId: number): Promise<void> {
    const image = await this.#parts.store.images.find(imageId);
    if (image?.state !== IMAGE_STATE.READY) return;
    await this.makeWay(image.datastoreId);
    let waited: Promise<Operation | undefined> = Promise.resolve(undefined);
    this.#lane.add({
      key: tendOf(imageId),
      ...claimOf(image),
      run: async (signal) => {
        const works = !signal.aborted; // one that is stopped before its turn only ends its record
        if (works) this.#tended.add(imageId);
        try {
          await this.#tend(imageId, signal, await waited);
        } finally {
          if (works) this.#tended.delete(imageId);
        }
      },
      waits: (reason) => {
        waited = waited.then((before) => this.#flattenWaits(imageId, reason, before));
        waited.catch(() => undefined); // the work meets it when its turn comes
      },
    });
  }

  /** Between two merges the image and its datastore stay with this work. */
  async #tend(imageId: number, signal: AbortSignal, waited: Operation | undefined): Promise<void> {
    const image = await this.#parts.store.images.find(imageId);
    const { flattenSharePercent, appendOnly } = await this.#policyOf(image?.datastoreId ?? -1);
    if (appendOnly) return; // nothing would be gained by a merge whose parts stay
    const flatten = (first?: Operation): Promise<boolean> =>
      flattenOnce(this.#parts, this.#log, imageId, flattenSharePercent, signal, first);
    if (waited || !this.#resting.has(imageId)) {
      let more = await flatten(waited);
      while (more && !signal.aborted) more = await flatten();
    }
    if (!signal.aborted) await this.#sweep(imageId);
  }

  /** A merge that waits has its record already, so that it can be seen and cancelled. */
  async #flattenWaits(imageId: number, reason: string, before?: Operation): Promise<Operation | undefined> {
    const { store } = this.#parts;
    const image = await store.images.find(imageId);
    // what works on the image now goes on until nothing is left to merge
    if (!image || this.#resting.has(imageId) || this.#tended.has(imageId)) return before;
    const { flattenSharePercent, appendOnly } = await this.#policyOf(image.datastoreId);
    const operation = appendOnly
      ? before
      : (before ?? draftFlatten(this.#parts, this.#log, image, flattenSharePercent));
    if (operation && !before) {
      await store.operations.add(operation);
      this.#log.started(operation);
    }
    if (operation) await this.#log.waits(operation, reason);
    return operation;
  }

  /** Removes snapshots that nothing needs; those of an image that somebody reads now stay until then. */
  async #sweep(imageId: number): Promise<void> {
    const { store } = this.#parts;
    const image = await store.images.find(imageId);
    const garbage = image?.garbage ?? [];
    if (!image || garbage.length === 0 || image.state !== IMAGE_STATE.READY) return;
    const running = [...this.#log.all(), ...(await store.operations.running())];
    if (running.some(({ reads }) => reads?.imageId === imageId)) return;
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
    this.#lane.add({
      key: keyOf(operation),
      ...claimOf(image),
      run: (signal) => verifyOnce(this.#parts, this.#log, operation, unread, signal),
      waits: (reason) => this.#runs.waits(operation, reason),
    });
    await this.makeWay(image.datastoreId);
  }

  async #later(datastoreId: number, atLeastMs: number): Promise<void> {
    if (this.#timers.has(datastoreId)) return;
    const { pruneIntervalSec, appendOnly } = await this.#policyOf(datastoreId);
    if (appendOnly) return;
    const due = (this.#pruned.get(datastoreId) ?? -Infinity) + pruneIntervalSec * 1000 - this.#parts.clock();
    const timer = setTimeout(
      () => {
        this.#timers.delete(datastoreId);
        const alone = [datastoreName(datastoreId)];
        const run = async (signal: AbortSignal): Promise<void> => {
          if (!signal.aborted) await this.#prune(datastoreId, signal);
        };
        this.#lane.add({ key: pruneOf(datastoreId), alone, run });
      },
      Math.max(atLeastMs, due, 0),
    );
    timer.unref();
    this.#timers.set(datastoreId, timer);
  }

  async #prune(datastoreId: number, signal: AbortSignal): Promise<void> {
    if (!this.#isOurs(datastoreId)) return;
    if (await isUsed(this.#parts, this.#log, datastoreId)) return this.#later(datastoreId, PRUNE_AGAIN_MS);
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

/** The runs that are told of here. */
const UPKEEP = new Set<Operation['kind']>(['flatten', 'verify', 'prune', 'check', 'rescan', 'copy']);

/** They write nothing that could be left. */
const NOTHING_LEFT = new Set<Operation['kind']>(['prune', 'check', 'rescan']);

const tendOf = (imageId: number): string => `tend ${imageId}`;
const pruneOf = (datastoreId: number): string => `prune ${datastoreId}`;
const datastoreName = (id: number): string => `datastore ${id}`;

function keyOf({ kind, id, imageIds: [imageId = -1], datastoreId }: Operation): string {
  if (kind === 'flatten') return tendOf(imageId);
  if (kind === 'check') return checkOf(datastoreId);
  if (kind === 'copy') return copyKey(imageId, datastoreId);
  return kind === 'prune' ? pruneOf(datastoreId) : `${kind} ${id}`;
}

/** An image is worked on once at a time; a prune has its datastore alone. */
function claimOf({ id, datastoreId }: Image): { alone: string[]; beside: string[] } {
  return { alone: [`image ${id}`], beside: [datastoreName(datastoreId)] };
}

function needsLook({ points, garbage = [] }: Image): boolean {
  return garbage.length > 0 || points.some(({ layers }) => layers.length > 1);
}
