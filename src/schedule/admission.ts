// Which of the backups that want to begin may, in which order, and what the others wait for. Pure. A backup that waits takes no slot and
// holds back no other: those of hosts with room begin whatever waits before them.
import type { BackupWindow } from '../model/backup-window.ts';
import type { Rules } from './places.ts';
import { nothingTaken, occupy, whatIsFull, type Taken } from './room.ts';
import { isOpen, opensAt } from './window.ts';

/** A backup that wants to begin, as far as it matters here. */
export interface Wanting {
  vmId: number;
  /** undefined: the VM is on no host now. */
  hostId: number | undefined;
  /** -1: nobody knows where it would be stored. */
  datastoreId: number;
  /** Higher first; 0..99 as that of jobs. */
  priority: number;
  /** Epoch seconds since which it wants to begin. */
  sinceSec: number;
  /** Those of its datastore and of its job; it begins only while one of each is open. Empty: at any time. */
  windows: Array<{ of: string; windows: BackupWindow[] }>;
  source:
    | { kind: 'direct' | 'schedule' }
    | {
        kind: 'job';
        jobId: number;
        sequential: boolean;
        /** VMs of the job that are being backed up, as its record says. */
        underWay: number;
      };
}

/** What is under way. */
export interface Load extends Taken {
  byJob: Map<number, number>;
  /** VMs that are being backed up. */
  vms: Set<number>;
}

export const NO_LOAD = (): Load => ({ ...nothingTaken(), byJob: new Map(), vms: new Set() });

export interface Under {
  vmId: number;
  hostId: number | undefined;
  datastoreId: number;
  jobId: number | undefined;
}

/** Counts one more. */
export function take(load: Load, { vmId, hostId = -1, datastoreId, jobId }: Under, rules: Rules): void {
  occupy(load, { hostId, datastoreId }, rules);
  load.vms.add(vmId);
  if (jobId !== undefined) load.byJob.set(jobId, (load.byJob.get(jobId) ?? 0) + 1);
}

/** The job that wants a backup. */
export function jobIdOf({ source }: Pick<Wanting, 'source'>): number | undefined {
  return source.kind === 'job' ? source.jobId : undefined;
}

/** So long a wait counts as much as one step of priority: after a day even the lowest goes before the highest that has just come. */
const STEP_SEC = 900;

/** What goes first: the larger number. Waiting counts too. */
export function urgency({ priority, sinceSec }: Pick<Wanting, 'priority' | 'sinceSec'>, nowSec: number): number {
  return priority + Math.max(0, Math.floor((nowSec - sinceSec) / STEP_SEC));
}

/** Those of the highest urgency first; then those that wait longest, then as they come. */
export function inOrder<C extends Wanting>(candidates: readonly C[], nowSec: number): C[] {
  return candidates
    .map((candidate) => ({ candidate, urgency: urgency(candidate, nowSec) }))
    .sort((a, b) => b.urgency - a.urgency || a.candidate.sinceSec - b.candidate.sinceSec)
    .map(({ candidate }) => candidate);
}

/** What a backup has to wait for, in words; undefined when it may begin now. */
export function waitsFor(candidate: Wanting, load: Load, rules: Rules, nowSec: number): string | undefined {
  const { vmId, hostId, datastoreId, source } = candidate;
  if (load.vms.has(vmId)) return `another backup of VM ${vmId} is under way`;
  const closed = closedWindow(candidate, nowSec);
  if (closed !== undefined) return closed;
  if (source.kind === 'job' && source.sequential && (load.byJob.get(source.jobId) ?? source.underWay) > 0) {
    return `backup job ${source.jobId} backs up one VM after the other (EXECUTION is SEQUENTIAL)`;
  }
  if (hostId === undefined) return undefined; // it cannot begin, and is told so when it is tried
  return whatIsFull({ hostId, datastoreId }, load, rules);
}

function closedWindow({ windows }: Wanting, nowSec: number): string | undefined {
  for (const { of, windows: own } of windows) {
    if (own.length === 0 || isOpen(own, nowSec)) continue;
    return `the BACKUP_WINDOW of ${of} opens at ${new Date(opensAt(own, nowSec) * 1000).toISOString().slice(0, 16)}Z`;
  }
  return undefined;
}
