// What runs of some time took and moved, summed up: by day, and by VM.
import type { OperationKind, OperationResult } from './operation.ts';

/** Which runs; what is left out lets all through. */
export interface RunChoice {
  vmId?: number;
  jobId?: number;
  datastoreId?: number;
  kinds?: readonly OperationKind[];
  results?: readonly OperationResult[];
  /** When they were asked for, epoch milliseconds: from, and before. */
  fromMs?: number;
  untilMs?: number;
}

/** Sums over runs. Times and bytes are of those that ended well. */
export interface RunSums {
  done: number;
  failed: number;
  cancelled: number;
  running: number;
  tookMs: number;
  longestMs: number;
  readBytes: number;
  sentBytes: number;
  storedBytes: number;
  /** Epoch milliseconds of when the last of them was asked for. */
  lastMs: number;
}

/** The same of one day or VM, and which. */
export interface RunFigures {
  /** Epoch seconds. */
  fromSec: number;
  untilSec: number;
  kind: OperationKind;
  /** Every day of the time, by the epoch seconds at which it begins. */
  days: Array<{ atSec: number; sums: RunSums }>;
  vms: Array<{ vmId: number; name: string; sums: RunSums }>;
}
