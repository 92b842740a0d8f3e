// A restore, where the disks go: stream each disk out of the backup store into a new file, sparsely, merging its members on the
// way, and believe it only when their length and content are those that were backed up. Nothing is written beside the target.
import { rm } from 'node:fs/promises';
import { openBackupStore } from '../datastore/all.ts';
import { CLUSTER_BYTES } from '../disk/cluster-map.ts';
import { Qcow2Layout } from '../disk/qcow2-layout.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { MoverEvent } from '../model/mover-protocol.ts';
import type { RestoreDisk, RestoreResult, RestoreTask, WrittenDisk } from '../model/tasks/restore.ts';
import type { Member } from '../model/tasks/served-disk.ts';
import type { DiskProgress } from '../model/operation.ts';
import { isShown, openMembers, type MemberStore } from './member-reader.ts';
import { openMerged } from './merged-disk.ts';
import { presentBeginning, type Beginning } from './present-disk.ts';
import { pacedReads } from './paced.ts';
import { restoreWay } from './restore-way.ts';
import { restoreMerged, restoreOne, type WriteOptions, type Written } from './restored-disk.ts';
import { requireRoom, type Need } from './room.ts';
import { restoreUnpacked, type Unpack } from './unpacked-disk.ts';

const PROGRESS_MS = 500;

type Tell = (event: MoverEvent) => void;

export async function restore(task: RestoreTask, signal: AbortSignal, tell: Tell): Promise<RestoreResult> {
  const store = openBackupStore(task.store);
  const members = await openMembers(store, task.disks, task.directory, signal);
  const chained = task.disks.some(isShown);
  const unpack: Unpack | undefined = chained ? undefined : store.unpack?.bind(store);
  const run = new Restore(task, pacedReads(members), unpack, signal);
  const timer = setInterval(() => tell(run.progress()), PROGRESS_MS);
  try {
    const disks = await run.work(tell);
    return { disks, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
  } catch (error) {
    await run.takeBack();
    throw error;
  } finally {
    clearInterval(timer);
    await members.close();
  }
}

class Restore {
  readonly #disks: RestoreDisk[];
  readonly #members: MemberStore;
  readonly #unpack: Unpack | undefined;
  readonly #directory: string;
  readonly #signal: AbortSignal;
  readonly #progress: DiskProgress[];
  readonly #begun: string[] = [];
  readonly #open: Beginning[] = [];

  constructor(
    { disks, directory }: RestoreTask,
    members: MemberStore,
    unpack: Unpack | undefined,
    signal: AbortSignal,
  ) {
    this.#disks = disks;
    this.#directory = directory;
    this.#members = members;
    this.#unpack = unpack;
    this.#signal = signal;
    this.#progress = disks.map(({ stored, members: all }) => ({
      diskId: stored.diskId,
      bytesDone: 0,
      bytesTotal: all.reduce((sum, member) => sum + member.stored.fileBytes, 0),
    }));
  }

  progress(): MoverEvent {
    return { type: 'progress', disks: this.#progress };
  }

  async work(tell: Tell): Promise<WrittenDisk[]> {
    const beginnings: Array<Beginning | string> = [];
    const needs: Need[] = [];
    for (const disk of this.#disks) {
      this.#signal.throwIfAborted();
      const beginning = await presentBeginning(disk);
      beginnings.push(beginning);
      if (typeof beginning === 'string') {
        needs.push({ path: disk.target, bytes: await this.#bytesOf(disk) });
      } else {
        this.#begun.push(disk.target);
        this.#open.push(beginning);
      }
    }
    await requireRoom(needs);
    const written: WrittenDisk[] = [];
    for (const [index, disk] of this.#disks.entries()) {
      tell({ type: 'phase', phase: `restoring disk ${disk.stored.diskId}` });
      this.#begun.push(disk.target);
      written.push(await this.#restoreDisk(disk, beginnings[index] ?? '', this.#progress[index]));
      tell(this.progress());
    }
    return written;
  }

  /** Removes what was begun. */
  async takeBack(): Promise<void> {
    for (const { writer } of this.#open) await writer.abandon();
    for (const path of this.#begun) await rm(path, { force: true });
  }

  /** What a whole new file of the disk takes. */
  async #bytesOf({ members, targetFormat }: RestoreDisk): Promise<number> {
    const [first] = members;
    if (!first || isOneQcow2(members)) return first?.stored.fileBytes ?? 0;
    const options = { whole: true, signal: this.#signal, passed: () => undefined };
    const merged = await openMerged(this.#members, members, options);
    await merged.close();
    const { virtualBytes, clusters } = merged;
    if (targetFormat === 'qcow2') return new Qcow2Layout({ virtualBytes, clusters }).fileBytes;
    return clusters.dataClusters * CLUSTER_BYTES;
  }

  async #restoreDisk(
    disk: RestoreDisk,
    beginning: Beginning | string,
    progress: DiskProgress | undefined,
  ): Promise<WrittenDisk> {
    const options: WriteOptions = {
      signal: this.#signal,
      passed: (bytes) => {
        if (progress) progress.bytesDone += bytes;
      },
      ...(typeof beginning === 'string' ? {} : { writer: beginning.writer }),
    };
    const [member] = disk.members;
    const { diskId, virtualBytes } = disk.stored;
    if (!member) throw new OneError(CODE.INTERNAL, `Disk ${diskId} is made of no points.`);
    const written = await this.#written(disk, member, options);
    const how =
      typeof beginning === 'string'
        ? { way: 'whole' as const, why: beginning, clearedBytes: 0 }
        : { way: 'differences' as const, why: '', clearedBytes: beginning.place.clearedBytes };
    return { diskId, virtualBytes, ...written, ...how };
  }

  async #written(disk: RestoreDisk, member: Member, options: WriteOptions): Promise<Written> {
    if (!isOneQcow2(disk.members)) return restoreMerged(this.#members, disk, options);
    const unpack = this.#unpack;
    const { fileBytes, virtualBytes } = disk.stored;
    const way = restoreWay({
      ...{ members: disk.members.length, fileBytes, virtualBytes, targetFormat: disk.targetFormat },
      ...{ overPresent: options.writer !== undefined, unpacks: unpack !== undefined },
    });
    if (way === 'merged') return restoreMerged(this.#members, disk, options);
    if (way === 'unpacked' && unpack) {
      const unpacked = await this.#tryUnpack(unpack, disk, member, options);
      if (unpacked) return unpacked;
    }
    return restoreOne(this.#members, disk, member, options);
  }

  /** Undefined when it could not be: the stream that follows does without, or says better what is wrong. */
  async #tryUnpack(
    unpack: Unpack,
    disk: RestoreDisk,
    member: Member,
    { signal, passed }: WriteOptions,
  ): Promise<Written | undefined> {
    let bytes = 0;
    const count = (more: number): void => {
      bytes += more;
      passed(more);
    };
    try {
      return await restoreUnpacked(unpack, disk, member, { signal, passed: count, directory: this.#directory });
    } catch (error) {
      signal.throwIfAborted();
      if (isFull(error) || (error instanceof OneError && error.retry)) throw error;
      await rm(disk.target, { force: true });
      passed(-bytes);
      return undefined;
    }
  }
}

/** No other way would find more room. */
function isFull(error: unknown): boolean {
  const cause = error instanceof OneError ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** A disk that one file holds, as it is. */
function isOneQcow2([member, ...more]: readonly Member[]): boolean {
  return more.length === 0 && member?.stored.layout === undefined;
}
