// A backup of a running VM: one pull-mode backup job over all its disks, begun in one libvirt call, so that every export
// shows the same instant. The guest stays on its own disks; QEMU keeps only the blocks that it overwrites meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { CleanStop, CODE, OneError, reasonOf, TrackerLost } from '../../model/errors.ts';
import type { BackupBegin, BackupExports, DiskExport } from '../hypervisor.ts';
import { backupXml, requireDisks } from './backup-xml.ts';
import { whileHeld, type Instant } from './freeze.ts';
import { readBackupJob, readDomain, type LiveDomain } from './live-xml.ts';
import { dropNamed, prepareLive, type LiveTracking } from './live-trackers.ts';
import * as directory from './run-directory.ts';
import { dropBegun } from './trackers.ts';
import { bitmapTracking } from './tracking.ts';
import type { Virsh } from './virsh.ts';

const NOTHING_TRACKED: LiveTracking = { parent: null, checkpoint: '', warnings: [] };
/** libvirt's and QEMU's words when a bitmap is why an increment cannot begin; one that is busy is another backup's. */
const BITMAP_AT_FAULT = /^(?!.*(in use by another|busy)).*(bitmap|checkpoint)/is;
const END_LIMIT_MS = 30_000;
const SETTLE_LIMIT_MS = 15_000;
const END_POLL_MS = 50;

export async function beginLive(virsh: Virsh, begin: BackupBegin, signal?: AbortSignal): Promise<BackupExports> {
  await refuseUnlessFree(virsh, begin.domain);
  const live = readDomain(await virsh.xml(begin.domain));
  requireDisks(begin, live);
  const wanted = bitmapTracking(begin);
  const tracking = wanted === null ? NOTHING_TRACKED : await prepareLive(virsh, begin, wanted, live);
  await directory.makeRunDirectory(begin.runDirectory, live.qemuUser);
  let begun = false;
  try {
    signal?.throwIfAborted();
    const sizes = await virtualBytes(virsh, begin);
    await directory.checkScratchSpace(
      begin.runDirectory,
      [...sizes.values()].reduce((sum, size) => sum + size, 0),
    );
    await directory.makeScratchFiles(begin.runDirectory, sizes, live.qemuUser);
    const instant = await whileHeld(
      virsh,
      begin,
      async (limitMs) => {
        const date = await beginJob(virsh, begin, tracking, live, limitMs);
        begun = true;
        return date;
      },
      async () => {
        await undo(virsh, begin);
        await directory.makeRunDirectory(begin.runDirectory, live.qemuUser);
        await directory.makeScratchFiles(begin.runDirectory, sizes, live.qemuUser);
      },
      signal,
    );
    signal?.throwIfAborted();
    return exportsOf(virsh, begin, tracking, live, instant);
  } catch (error) {
    // the order that begins a job is never cut short, so it is known whether there is one
    if (signal?.aborted && error === signal.reason && (await takenBack(virsh, begin, tracking, begun))) {
      throw new CleanStop(reasonOf(error), { cause: error });
    }
    await undo(virsh, begin).catch(() => undefined); // the first failure is the one to report
    throw error;
  }
}

async function takenBack(virsh: Virsh, begin: BackupBegin, tracking: LiveTracking, begun: boolean): Promise<boolean> {
  const work = begun ? abandon(virsh, begin, tracking) : directory.removeRunFiles(begin.runDirectory);
  return work.then(
    () => true,
    () => false,
  );
}

/** Ends the job, and drops the tracker that began with it. */
async function abandon(virsh: Virsh, begin: BackupBegin, { checkpoint }: LiveTracking): Promise<void> {
  const { tracking } = begin;
  await endJob(virsh, begin);
  if (checkpoint !== '' && tracking) await dropNamed(virsh, begin, tracking.next);
  await directory.removeRunFiles(begin.runDirectory);
}

/** Everything that the guest wrote before the returned moment (epoch seconds) is in the backup. */
async function beginJob(
  virsh: Virsh,
  begin: BackupBegin,
  { parent, checkpoint }: LiveTracking,
  live: LiveDomain,
  limitMs?: number,
): Promise<number> {
  const date = Math.floor(Date.now() / 1000);
  const xml = {
    '--backupxml': backupXml(begin, live, parent),
    ...(checkpoint !== '' && { '--checkpointxml': checkpoint }),
  };
  try {
    const how = ['--reuse-external']; // the scratch files are there
    await virsh.orderWithXml(`begin a backup job of ${begin.domain}`, 'backup-begin', begin.domain, how, xml, limitMs);
  } catch (error) {
    const reason = reasonOf(error);
    if (parent !== null && BITMAP_AT_FAULT.test(reason)) throw new TrackerLost(reason, { cause: error });
    throw error;
  }
  return date;
}

async function undo(virsh: Virsh, begin: BackupBegin): Promise<void> {
  try {
    await jobSettled(virsh, begin.domain);
    await endJob(virsh, begin);
    await dropBegun(virsh, begin);
  } finally {
    await directory.removeRunFiles(begin.runDirectory);
  }
}

function exportsOf(
  virsh: Virsh,
  begin: BackupBegin,
  tracking: LiveTracking,
  live: LiveDomain,
  { value: date, consistency, warnings: unheld }: Instant<number>,
): BackupExports {
  const { parent, warnings } = tracking;
  const diskIds = begin.disks.map(({ diskId }) => diskId);
  const socket = directory.socketFile(begin.runDirectory);
  const changes = (diskId: number): Pick<DiskExport, 'changes'> =>
    parent === null
      ? {}
      : { changes: { context: `qemu:dirty-bitmap:${directory.bitmapName(diskId)}`, kind: 'dirty-bitmap' } };
  return {
    exports: diskIds.map((diskId) => ({
      diskId,
      socket,
      exportName: directory.exportName(diskId),
      ...changes(diskId),
    })),
    date,
    warnings: [...warnings, ...unheld, ...movedDisks(begin, live)],
    consistency,
    scratchBytes: () => directory.scratchBytesOf(begin.runDirectory, diskIds),
    end: async () => {
      await endJob(virsh, begin);
      await directory.removeRunFiles(begin.runDirectory);
    },
    abandon: () => abandon(virsh, begin, tracking),
  };
}

/** What the guest writes to is what is backed up, so another file than expected is worth a word but no failure. */
function movedDisks(begin: BackupBegin, live: LiveDomain): string[] {
  return begin.disks.flatMap((disk) => {
    const path = live.disks.find(({ target }) => target === disk.target)?.path ?? '';
    return path === disk.path ? [] : [`Disk ${disk.diskId} runs on ${path || 'no file'}, not on ${disk.path}.`];
  });
}

export async function refuseUnlessFree(virsh: Virsh, domain: string): Promise<void> {
  if (!(await virsh.isActive(domain))) {
    throw new OneError(CODE.ACTION, `Domain ${domain} does not run, so a live backup of it cannot begin.`, {
      retry: true,
    });
  }
  const job = await virsh.backupJob(domain);
  if (job === null) return;
  throw new OneError(
    CODE.ACTION,
    `A backup job of ${domain} is already running; it exports its disks at ${readBackupJob(job).socket}.`,
    { retry: true, hint: `If nothing uses it, end it: virsh -c ${virsh.uri} domjobabort ${domain}` },
  );
}

/** Sizes of the disks that take part, in bytes, by their ids. */
async function virtualBytes(virsh: Virsh, begin: BackupBegin): Promise<Map<number, number>> {
  const table = await virsh.order(`read the disk sizes of ${begin.domain}`, 'domblkinfo', begin.domain, ['--all']);
  const sizes = new Map(
    [...table.matchAll(/^\s*(\S+)\s+(\d+)\s/gm)].map(([, target, bytes]) => [target, Number(bytes)]),
  );
  return new Map(
    begin.disks.map(({ diskId, target }) => {
      const bytes = sizes.get(target);
      if (bytes !== undefined) return [diskId, bytes];
      throw new OneError(CODE.INTERNAL, `libvirt tells no size of disk ${diskId} (${target}) of ${begin.domain}.`);
    }),
  );
}

/** Ends the backup job when it is the one of this run directory, and waits until it is gone. Says whether there was one. */
export async function endJob(virsh: Virsh, begin: Pick<BackupBegin, 'domain' | 'runDirectory'>): Promise<boolean> {
  if (!(await ownJob(virsh, begin))) return false;
  // The job may end by itself between question and order, and ends some time after it; only its absence counts.
  const order = virsh.order(`end the backup job of ${begin.domain}`, 'domjobabort', begin.domain);
  const refusal = await order.then(
    () => '',
    (error: unknown) => ` ${reasonOf(error)}`,
  );
  const until = Date.now() + END_LIMIT_MS;
  while (await ownJob(virsh, begin)) {
    if (Date.now() > until) {
      const why = `The backup job of ${begin.domain} did not end within ${END_LIMIT_MS / 1000} s.${refusal}`;
      throw new OneError(CODE.INTERNAL, why, { retry: true });
    }
    await sleep(END_POLL_MS);
  }
  return true;
}

/** libvirt may still be at work on an order of somebody who is gone: the job it is setting up has no description yet. */
export async function jobSettled(virsh: Virsh, domain: string): Promise<void> {
  const until = Date.now() + SETTLE_LIMIT_MS;
  while ((await virsh.runsBackup(domain)) && (await virsh.backupJob(domain)) === null && Date.now() < until) {
    await sleep(END_POLL_MS);
  }
}

async function ownJob(virsh: Virsh, begin: Pick<BackupBegin, 'domain' | 'runDirectory'>): Promise<boolean> {
  const xml = await virsh.backupJob(begin.domain);
  if (xml === null) return false;
  const job = readBackupJob(xml);
  return [job.socket, ...job.scratch].some((path) => directory.isInside(path, begin.runDirectory));
}
