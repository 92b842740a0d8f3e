// Which of the backups that want to begin may, in which order, and what the others wait for. Pure. A backup that waits takes no slot and
// holds back no other: those of hosts with room begin whatever waits before them.
import type { BackupWindow } from '../model/backup-window.ts';
import type { Limits } from '../model/limits.ts';
import { isOpen, opensAt } from './window.ts';

/** A backup that wants to begin, as far as it matters here. */
export interface Wanting {
  vmId: number;
  /** undefined: the VM is on no host now. */
  hostId: number | undefined;
  /** Higher first; 0..99 as that of jobs. */
  priority: number;
  /** Epoch seconds since which it wants to begin. */
  sinceSec: number;
  /** Those of its datastore and of its job; it begins only while one of each is open. Empty: at any time. */
  windows: Array<{ of: string; windows: BackupWindow[] }>;
  source: { kind: 'direct' | 'schedule' } | { kind: 'job'; jobId: number; sequential: boolean };
}

/** What is under way. */
export interface Load {
  total: number;
  byHost: Map<number, number>;
  byJob: Map<number, number>;
  /** VMs that are being backed up. */
  vms: Set<number>;
}

export const NO_LOAD = (): Load => ({ total: 0, byHost: new Map(), byJob: new Map(), vms: new Set() });

/** Counts one more. */
export function take(load: Load, vmId: number, hostId: number | undefined, jobId: number | undefined): void {
  load.total += 1;
  load.vms.add(vmId);
  if (hostId !== undefined) load.byHost.set(hostId, (load.byHost.get(hostId) ?? 0) + 1);
  if (jobId !== undefined) load.byJob.set(jobId, (load.byJob.get(jobId) ?? 0) + 1);
}

/** So long a wait counts as much as one step of priority: after a day even the lowest goes before the highest that has just come. */
const STEP_SEC = 900;

/** Those with the highest priority first, where waiting counts too; then those that wait longest, then as they come. */
export function inOrder<C extends Wanting>(candidates: readonly C[], nowSec: number): C[] {
  const weight = ({ priority, sinceSec }: C): number =>
    priority + Math.max(0, Math.floor((nowSec - sinceSec) / STEP_SEC));
  return candidates
    .map((candidate) => ({ candidate, weight: weight(candidate) }))
    .sort((a, b) => b.weight - a.weight || a.candidate.sinceSec - b.candidate.sinceSec)
    .map(({ candidate }) => candidate);
}

/** What a backup has to wait for, in words; undefined when it may begin now. */
export function waitsFor(candidate: Wanting, load: Load, limits: Limits, nowSec: number): string | undefined {
  const { vmId, hostId, source } = candidate;
  if (load.vms.has(vmId)) return `another backup of VM ${vmId} is under way`;
  const closed = closedWindow(candidate, nowSec);
  if (closed !== undefined) return closed;
  if (source.kind === 'job' && source.sequential && (load.byJob.get(source.jobId) ?? 0) > 0) {
    return `backup job ${source.jobId} backs up one VM after the other (EXECUTION is SEQUENTIAL)`;
  }
  if (hostId === undefined) return undefined; // it cannot begin, and is told so when it is tried
  const { maxBackups, maxBackupsHost } = limits;
  const onHost = load.byHost.get(hostId) ?? 0;
  if (maxBackupsHost > 0 && onHost >= maxBackupsHost) {
    return `${onHost} backups run on host ${hostId}, and MAX_BACKUPS_HOST is ${maxBackupsHost}`;
  }
  if (maxBackups > 0 && load.total >= maxBackups) {
    return `${load.total} backups run, and MAX_BACKUPS is ${maxBackups}`;
  }
  return undefined;
}

function closedWindow({ windows }: Wanting, nowSec: number): string | undefined {
  for (const { of, windows: own } of windows) {
    if (own.length === 0 || isOpen(own, nowSec)) continue;
    return `the BACKUP_WINDOW of ${of} opens at ${new Date(opensAt(own, nowSec) * 1000).toISOString().slice(0, 16)}Z`;
  }
  return undefined;
}
