// The runs under way, as the daemon tells of them: their phase, how far they are and how fast.
import { Observed, useObserved } from './observed.ts';

/** What the console uses of a run that the daemon tells of. */
export interface LiveRun {
  id: string;
  kind: 'backup' | 'restore' | 'flatten' | 'verify' | 'drill' | 'prune' | 'check' | 'rescan' | 'copy' | 'self';
  vmId: number;
  hostId: number;
  datastoreId: number;
  imageIds: number[];
  phase: string;
  waits?: string;
  type?: 'FULL' | 'INCREMENT';
  cancelling?: boolean;
  /** Epoch milliseconds. */
  startedAt: number;
  begunAt?: number;
  endedAt: number;
  result: 'running' | 'done' | 'failed' | 'cancelled';
  reason: string;
  disks: Array<{ diskId: number; bytesDone: number; bytesTotal: number }>;
  pace?: { bytesPerSec: number; leftSec: number };
}

const runs = new Observed<ReadonlyMap<string, LiveRun>>(new Map());

export function keepRun(run: LiveRun): void {
  runs.set(new Map(runs.value).set(run.id, run));
}

export function endRun({ id }: LiveRun): void {
  if (!runs.value.has(id)) return;
  const left = new Map(runs.value);
  left.delete(id);
  runs.set(left);
}

export function forgetRuns(): void {
  runs.set(new Map());
}

/** All runs under way that this user may see, the oldest first. */
export function useLiveRuns(): LiveRun[] {
  return [...useObserved(runs).values()].toSorted((a, b) => a.startedAt - b.startedAt);
}

export function useLiveRunsOfVm(vmId: number): LiveRun[] {
  return useLiveRuns().filter((run) => run.vmId === vmId);
}

/** Runs that fill, add to or work on this image. */
export function useLiveRunsOfImage(imageId: number): LiveRun[] {
  return useLiveRuns().filter((run) => run.imageIds.includes(imageId));
}
