// The door to a backup system. A backup program reads the virtual backup directory and keeps one snapshot of it.
import type { Readable } from 'node:stream';
import type { Capacity } from '../model/datastore.ts';
import { CODE, OneError, type OneErrorOptions } from '../model/errors.ts';
import { SELF_VM_ID } from '../model/self-backup.ts';

export interface SnapshotRequest {
  /** The mounted virtual backup directory: every file in it is stored. */
  directory: string;
  /** SELF_VM_ID for a copy of the database. */
  vmId: number;
  /** Marks the snapshot, so that a lost run can be found and removed. */
  operationId: string;
  signal: AbortSignal;
  /**
   * A snapshot of the same directory: a file that has the same name, size and time there may be taken from it unread. What is not
   * there, or not so, is read.
   */
  parent?: string;
  /** Nobody waits for it: it takes little memory, and writes nothing on this machine but into the store if it can. */
  background?: boolean;
}

/** What is attempted, for errors. */
export function attemptOf({ vmId }: Pick<SnapshotRequest, 'vmId'>): string {
  return vmId === SELF_VM_ID ? 'store the copy of the database' : `store the backup of VM ${vmId}`;
}

export interface Snapshot {
  /** Opaque reference, for restic the short id. */
  source: string;
  processedBytes: number;
  storedBytes: number;
  /** What was not as asked for, though the backup is good. */
  warnings?: string[];
}

/** A snapshot as the store itself knows it. */
export interface ListedSnapshot {
  source: string;
  vmId: number;
  operationId: string;
  /** Epoch seconds of when it was stored. */
  storedAt: number;
  /** Path of the virtual directory inside it: what `read` takes begins with it. */
  directory: string;
}

/** A backup failed, and what it has left in the store could not be removed. */
export class SnapshotLeft extends OneError {
  constructor(message: string, options: OneErrorOptions) {
    super(CODE.ACTION, message, options);
    this.name = 'SnapshotLeft';
  }
}

export interface BackupStore {
  /**
   * Makes the store usable: creates the repository when there is none, checks the password when there is. A store in use
   * that is not there is an error.
   */
  prepare(signal: AbortSignal): Promise<void>;
  /** Stores the directory. A file that could not be read is a failure, and then no snapshot stays behind, or it throws SnapshotLeft. */
  backup(request: SnapshotRequest): Promise<Snapshot>;
  /** Streams one file of a snapshot. The stream fails when the store ends early; destroying it stops the program. */
  read(source: string, path: string): Readable;
  /** Streams a folder of a snapshot as a tar archive, in the order of names. Only stores that keep slices have it. */
  readFolder?(source: string, path: string): Readable;
  /**
   * Writes one file of a snapshot to its path below `directory`, where that is there already, in any order and with as many hands as
   * the store has. Only of stores to which that is quicker than `read`. Throws what the program reports; what of the file is missing
   * then, or was not reported, whoever takes the file has to notice.
   */
  unpack?(source: string, path: string, directory: string, signal: AbortSignal): Promise<void>;
  /**
   * Shows the files of snapshots at random access, read-only, for as long as it is not closed. `directory` is there, empty, and closed to
   * others; what a dead view left there is cleared first.
   */
  view(directory: string, signal: AbortSignal): Promise<StoreView>;
  /** Snapshots marked with this operation. */
  find(operationId: string): Promise<string[]>;
  /** Every complete snapshot that a OneVault has stored, oldest first; what others keep in the same place is left out. */
  list(signal: AbortSignal): Promise<ListedSnapshot[]>;
  /** Removes snapshots; one that is already gone is no error. Stopped by the signal, some may be left. */
  remove(sources: string[], signal?: AbortSignal): Promise<void>;
  /** `recordedMb` tells what the backups recorded in it take: all that is known where a store cannot be measured. */
  capacity(recordedMb?: () => Promise<number>): Promise<Capacity>;
  /**
   * Looks whether what is stored is whole, and reads one part of the data to see that it is what was stored. Throws when that cannot be looked
   * at, or is stopped by the signal.
   */
  check(options: CheckOptions): Promise<Checked>;
  /** Gives back the space of what was removed, for as long as `budgetMs` at most; what is not reached goes another time. */
  prune(options: PruneOptions): Promise<Pruned>;
}

export interface StoreView {
  /** The directory that all of it is in. Whoever can write into the store has chosen what lies there: files are opened with `openInside`. */
  readonly root: string;
  /** Where the file of a snapshot is now. */
  pathOf(source: string, path: string): string;
  /** Settles, with the reason in words, when the view ends by itself; what it showed can no longer be read then. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

export interface PruneOptions {
  budgetMs: number;
  signal: AbortSignal;
}

export interface CheckOptions {
  /** Which of how many parts of the data are read, from 1 on; all of them in turn read everything. */
  part: number;
  parts: number;
  signal: AbortSignal;
}

export interface Checked {
  /** What was found wrong, in words; empty when all is well. */
  problems: string[];
}

export interface Pruned {
  /** False when the time was up, or it was stopped. */
  complete: boolean;
  freedBytes: number;
}
