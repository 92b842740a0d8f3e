// A backup, where the disks are: fix one instant of all disks, show it as a directory of files, let the backup program read
// that, and take everything back. Whatever happens the guest ends on its own disks with no job and no mount.
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBackupStore } from '../datastore/all.ts';
import { SnapshotLeft } from '../datastore/backup-store.ts';
import type { VirtualDirectory } from '../fuse/mount.ts';
import { openHypervisor } from '../hypervisor/all.ts';
import type { BackupExports } from '../hypervisor/hypervisor.ts';
import { RECORD_FILE, completeRecord, writeBackupRecord } from '../model/backup-record.ts';
import { CleanStop, CODE, OneError, reasonOf } from '../model/errors.ts';
import { UPLOADING, type MoverEvent } from '../model/mover-protocol.ts';
import type { BackupResult, BackupTask } from '../model/tasks/backup.ts';
import type { BackupDisk } from './backup-disk.ts';
import { DiskFile } from './disk-file.ts';
import { guardScratch } from './guard.ts';
import { openParent, type ParentSlices } from './parent-slices.ts';
import { SliceDisk } from './slice-disk.ts';
import { Undo } from './undo.ts';
import { lateTextFile, textFile, upload } from './upload.ts';

const OFF_LOOKS = 4;
const OFF_LOOK_MS = 250;
/** Of a disk at most two SHA-256 in hex are known only when it has been read. */
const HASHES_DIGITS = 2 * 64;

/** What the hypervisor was asked for, and gave. */
interface Held {
  begun?: true;
  exports?: BackupExports;
}

type Tell = (event: MoverEvent) => void;

export async function backup(task: BackupTask, signal: AbortSignal, tell: Tell): Promise<BackupResult> {
  const undo = new Undo();
  const held: Held = {};
  let result: BackupResult;
  try {
    result = await take(task, signal, tell, undo, held);
  } catch (thrown) {
    const error = !signal.aborted && (await guestIsOff(task)) ? whenOff(task, thrown) : thrown;
    const left = await undo.run();
    if (left.length > 0) throw withLeftOver(error, left);
    throw signal.aborted && (await isClean(task, error, held))
      ? new CleanStop(reasonOf(error), { cause: error })
      : error;
  }
  const left = await undo.run();
  if (left.length > 0) throw withLeftOver(new OneError(CODE.INTERNAL, 'The data was stored.'), left);
  return { ...result, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

async function take(task: BackupTask, signal: AbortSignal, tell: Tell, undo: Undo, held: Held): Promise<BackupResult> {
  tell({ type: 'phase', phase: 'preparing the store' });
  const store = openBackupStore(task.store);
  const preparing = store.prepare(signal);
  preparing.catch(() => undefined); // met below, when it is waited for
  // A guest is not held for a store that may be out of reach; otherwise the two need not wait for each other.
  if (task.freeze !== 'NONE') await preparing;
  signal.throwIfAborted();

  tell({ type: 'phase', phase: 'fixing the instant' });
  held.begun = true;
  const exports = await openHypervisor(task.hypervisor).beginBackup(task, signal);
  held.exports = exports;
  undo.push(`end the backup job of ${task.domain}`, () =>
    signal.aborted && exports.abandon ? exports.abandon() : exports.end(),
  );
  for (const message of exports.warnings) tell({ type: 'warning', message });

  tell({ type: 'phase', phase: 'reading block status' });
  const before = await openParent(store, task, preparing, signal);
  const files = await openDisks(task, exports, before, signal, undo);
  await preparing;

  tell({ type: 'phase', phase: UPLOADING });
  const onProgress = (): void => tell({ type: 'progress', disks: files.map((file) => file.progress()) });
  const { directory, vmId, operationId } = task;
  const snapshot = await upload(store, {
    ...{ directory, vmId, operationId, signal, undo, onProgress },
    files: filesOf(task, files, exports),
    ...(before.source !== undefined && { parent: before.source }),
    mtimeSec: exports.date,
    ...(task.live ? { watch: (fail) => guardScratch(task.runDirectory, fail) } : {}),
  });
  onProgress();
  for (const message of snapshot.warnings ?? []) tell({ type: 'warning', message });
  const scratchBytes = await exports.scratchBytes();
  tell({ type: 'phase', phase: 'ending the job' });
  return {
    source: snapshot.source,
    date: exports.date,
    disks: files.map((file) => file.stored()),
    consistency: exports.consistency,
    processedBytes: snapshot.processedBytes,
    storedBytes: snapshot.storedBytes,
    scratchBytes,
    peakRssBytes: 0,
    readBytes: files.reduce((sum, file) => sum + file.readBytes(), 0),
  };
}

async function openDisks(
  task: BackupTask,
  exports: BackupExports,
  parent: ParentSlices,
  signal: AbortSignal,
  undo: Undo,
): Promise<BackupDisk[]> {
  const disks: BackupDisk[] = [];
  const tracker = task.tracking?.parent ?? null;
  for (const disk of task.disks) {
    const from = exports.exports.find(({ diskId }) => diskId === disk.diskId);
    if (!from)
      throw new OneError(CODE.INTERNAL, `The hypervisor did not export disk ${disk.diskId} of ${task.domain}.`);
    const manifest = parent.manifests.get(disk.diskId);
    const before = manifest === undefined || tracker === null ? null : { manifest, tracker };
    const opened = task.slices
      ? await SliceDisk.open(disk, from, { number: task.slices.number, before }, signal)
      : await DiskFile.open(disk, from, tracker, signal);
    undo.push(`close the export of disk ${disk.diskId}`, () => opened.close());
    disks.push(opened);
  }
  return disks;
}

function filesOf(task: BackupTask, disks: BackupDisk[], exports: BackupExports): VirtualDirectory['entries'] {
  const { date, consistency } = exports;
  // beside slices, a file that may have changed must have a time that no earlier one had
  const mtimeSec = task.slices?.number ?? date;
  const record = (): string =>
    writeBackupRecord(completeRecord(task.record, { date, consistency, disks: disks.map((disk) => disk.stored()) }));
  const entries = new Map(disks.flatMap((disk) => [...disk.entries(date)]));
  return entries
    .set(RECORD_FILE, lateTextFile(record, disks.length * HASHES_DIGITS, mtimeSec))
    .set('vm.xml', textFile(Buffer.from(task.vmXml, 'utf8'), mtimeSec));
}

/**
 * Whether the guest of a live backup runs no longer: a better reason than the broken connection that shows it. The hypervisor
 * may need a moment to notice what the connection has told already.
 */
async function guestIsOff(task: BackupTask): Promise<boolean> {
  if (!task.live) return false;
  const hypervisor = openHypervisor(task.hypervisor);
  for (let look = 0; look < OFF_LOOKS; look++) {
    if (look > 0) await sleep(OFF_LOOK_MS);
    const states = await hypervisor.domains().catch(() => undefined); // then the failure itself says more
    if (!states) return false;
    const state = states.get(task.domain);
    if (state !== 'running' && state !== 'paused') return true;
  }
  return false;
}

/** Takes back what is not undone by steps, the tracker that began; a clean-up by another process takes longer. */
async function isClean(task: BackupTask, error: unknown, { begun, exports }: Held): Promise<boolean> {
  if (error instanceof SnapshotLeft) return false;
  if (!begun || error instanceof CleanStop) return true;
  try {
    if (!exports?.abandon) await openHypervisor(task.hypervisor).cleanBackup(task);
    await rm(task.runDirectory, { recursive: true, force: true });
    return true;
  } catch {
    return false; // then that clean-up says why
  }
}

function whenOff({ domain }: BackupTask, error: unknown): OneError {
  const message = `The guest ${domain} powered off or died, which ended its backup: ${reasonOf(error)}`;
  return new OneError(CODE.ACTION, message, { retry: true, cause: error });
}

function withLeftOver(error: unknown, left: string[]): OneError {
  return new OneError(CODE.INTERNAL, `${reasonOf(error)} Left behind: ${left.join('; ')}.`, { cause: error });
}
