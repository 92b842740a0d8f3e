// Keeps copies of backups in other datastores: those that somebody asks for, and those that COPY_TO of a datastore or of a job wants after
// each backup. What failed is tried again, each time after a longer while.
import { readCopyTo, type BackupPolicy } from '../model/backup-policy.ts';
import { reasonOf } from '../model/errors.ts';
import { IMAGE_STATE, IMAGE_TYPE, type Image } from '../model/image.ts';
import { text } from '../model/attributes.ts';
import type { AskedBy, Operation } from '../model/operation.ts';
import type { Lane } from '../vm/lane.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { datastoreDuty } from '../nodes/duty.ts';
import { Runs } from '../vm/runs.ts';
import { COPY_ERROR, copyOf, findCopy } from './copied-image.ts';
import { copyOnce, draftCopy, type CopyWish } from './copy.ts';
import { copiesDue, type KnownBackup } from './copy-plan.ts';
import { dropCopies } from './remove.ts';

const FIRST_RETRY_MS = 600_000;
const LAST_RETRY_MS = 86_400_000;

export interface CopyDoors {
  parts: Parts;
  log: OperationLog;
  lane: Lane;
  policyOf: (datastoreId: number) => Promise<BackupPolicy>;
  makeWay: (datastoreId: number) => Promise<void>;
  /** An image has lost points, or had layers of it given up. */
  tend: (imageId: number) => void;
  /** A datastore has space to give back. */
  freed: (datastoreId: number) => void;
  /** A point is to be read back. */
  verify: (image: Image, pointId: number) => Promise<void>;
}

export class Copies {
  readonly #doors: CopyDoors;
  readonly #retries = new Map<string, { failures: number; timer?: NodeJS.Timeout }>();
  #stopped = false;

  constructor(doors: CopyDoors) {
    this.#doors = doors;
  }

  /** Copies what is missing of an image; the record of the run is there when this settles. */
  async copy(image: Image, datastoreId: number, asked: AskedBy): Promise<void> {
    const { parts, log, lane } = this.#doors;
    const wish = { imageId: image.id, datastoreId, asked };
    if (lane.has(copyKey(image.id, datastoreId))) return this.#add(image, wish);
    const operation = draftCopy(parts, log, image, wish);
    await parts.store.operations.add(operation);
    log.started(operation);
    await this.#add(image, wish, operation);
  }

  /** What is due when a backup was recorded. */
  async afterBackup(image: Image, jobId: number | undefined): Promise<void> {
    const { parts, policyOf } = this.#doors;
    const job = jobId === undefined ? undefined : await parts.store.backupJobs.find(jobId);
    const wanted = [(await policyOf(image.datastoreId)).copyTo, job && readCopyTo(job.template)];
    for (const to of new Set(wanted)) {
      if (to !== undefined && to !== image.datastoreId) await this.#automatic(image, to);
    }
  }

  /** Copies what was missed, of all these backups, out of the datastores that `gained` is true of. */
  async begin(known: readonly KnownBackup[], gained: (datastoreId: number) => boolean): Promise<void> {
    const to = new Map<number, number | undefined>();
    for (const id of new Set(known.map(({ datastoreId }) => datastoreId))) {
      to.set(id, (await this.#doors.policyOf(id)).copyTo);
    }
    for (const { imageId, datastoreId } of copiesDue(known, (id) => (gained(id) ? to.get(id) : undefined))) {
      await this.#again(imageId, datastoreId);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#retries.values()) clearTimeout(timer);
  }

  #automatic(image: Image, datastoreId: number): Promise<void> {
    return this.#add(image, { imageId: image.id, datastoreId, asked: { by: 'policy' } });
  }

  async #again(imageId: number, datastoreId: number): Promise<void> {
    const { store, duties } = this.#doors.parts;
    const image = await store.images.find(imageId);
    if (!image || !duties.owns(datastoreDuty(image.datastoreId))) return;
    if (image.type === IMAGE_TYPE.BACKUP && image.state === IMAGE_STATE.READY) {
      await this.#automatic(image, datastoreId);
    }
  }

  async #add(image: Image, wish: CopyWish, first?: Operation): Promise<void> {
    const { parts, log, lane, makeWay } = this.#doors;
    const runs = new Runs(parts, log);
    lane.add({
      key: copyKey(image.id, wish.datastoreId),
      alone: [`image ${image.id}`, `copies of VM ${image.vms[0] ?? -1} in ${wish.datastoreId}`],
      beside: [`datastore ${image.datastoreId}`, `datastore ${wish.datastoreId}`],
      run: (signal) => this.#work(image, wish, signal, first),
      waits: (reason) => (first ? runs.waits(first, reason) : undefined),
    });
    await makeWay(image.datastoreId);
    await makeWay(wish.datastoreId);
  }

  async #work(image: Image, wish: CopyWish, signal: AbortSignal, first?: Operation): Promise<void> {
    const { parts, log } = this.#doors;
    let turn = await copyOnce(parts, log, wish, signal, first);
    let copies = 0;
    while (turn === 'more' && !signal.aborted) {
      copies += 1;
      turn = await copyOnce(parts, log, wish, signal);
    }
    if (turn === 'failed' && !signal.aborted) this.#retryLater(wish);
    else this.#forget(wish);
    if (copies > 0) await this.#care(image, wish.datastoreId, signal);
  }

  /** Own retention of the copies, and what else the datastore wants of a backup; what cannot be done now goes with the next copy. */
  async #care(image: Image, datastoreId: number, signal: AbortSignal): Promise<void> {
    const { parts, policyOf, tend, freed } = this.#doors;
    const { copyKeepLast, verify } = await policyOf(datastoreId);
    const vmId = image.vms[0] ?? -1;
    const dropped = await dropCopies(parts, { vmId, datastoreId }, copyKeepLast, signal);
    for (const id of dropped.folded) tend(id);
    for (const id of dropped.freed) freed(id);
    const copy = verify ? await findCopy(parts.store, image, datastoreId) : undefined;
    const newest = copy?.points.at(-1);
    if (copy && newest) await this.#doors.verify(copy, newest.id);
  }

  #retryLater({ imageId, datastoreId }: CopyWish): void {
    const key = copyKey(imageId, datastoreId);
    const { failures = 0, timer } = this.#retries.get(key) ?? {};
    clearTimeout(timer);
    if (this.#stopped) return;
    const again = (): void => {
      this.#again(imageId, datastoreId).catch((error: unknown) =>
        this.#doors.parts.log.error({ image: imageId, reason: reasonOf(error) }, 'a copy could not begin again'),
      );
    };
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
    this.#retries.set(key, { failures: failures + 1, timer: setTimeout(again, waitMs).unref() });
  }

  #forget({ imageId, datastoreId }: CopyWish): void {
    const key = copyKey(imageId, datastoreId);
    clearTimeout(this.#retries.get(key)?.timer);
    this.#retries.delete(key);
  }
}

/** What has to be known of an image to find out whether a copy is missing. */
export function knownBackup(image: Image): KnownBackup {
  const of = copyOf(image);
  return {
    ...{ id: image.id, vmId: image.vms[0] ?? -1, datastoreId: image.datastoreId },
    ...{ lastPointId: image.points.at(-1)?.id ?? -1, failed: text(image.template, COPY_ERROR) !== undefined },
    ...(of !== undefined && { copyOf: of }),
  };
}

export function copyKey(imageId: number, datastoreId: number): string {
  return `copy ${imageId} ${datastoreId}`;
}
