// Whether a backup datastore has room for what a backup is expected to bring, which is mostly far less than its disks could hold. Pure.
import { text } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';

const MIB = 2 ** 20;
/** Drivers that store once what is there already: how much less a new full backup takes is known only when it was taken. */
const DEDUPLICATING = new Set(['restic']);

export interface Expected {
  type: 'FULL' | 'INCREMENT';
  /** What the disks could hold. */
  virtualMb: number;
  /** What they hold, for a full backup; undefined when nobody knows. */
  allocatedBytes: number | undefined;
  /** What has changed, for an increment; undefined when nobody knows. */
  dirtyBytes: number | undefined;
  /** The datastore has a full backup of the VM. */
  storedBefore: boolean;
}

/** How much the datastore is expected to grow by; undefined when nobody can tell. */
export function expectedMb(expected: Expected, dsMad: string): number | undefined {
  const { type, virtualMb, allocatedBytes, dirtyBytes, storedBefore } = expected;
  if (type === 'FULL' && storedBefore && DEDUPLICATING.has(dsMad)) return undefined;
  const bytes = type === 'FULL' ? allocatedBytes : dirtyBytes;
  return bytes === undefined ? undefined : Math.min(virtualMb, Math.ceil(bytes / MIB));
}

/** What may still be written: what was free when it was last looked at, and what LIMIT_MB leaves of it. Undefined when nobody has looked. */
export function availableMb(datastore: Datastore): number | undefined {
  if (!datastore.lastMonitored) return undefined;
  const limit = text(datastore.template, 'LIMIT_MB') ?? '';
  const left = /^\d{1,12}$/.test(limit) ? Math.max(0, Number(limit) - datastore.usedMb) : Infinity;
  return Math.min(datastore.freeMb, left);
}

/** Throws a OneError with what is expected, what the disks could hold, and what is free since when, when there is no room. */
export function requireRoomFor(vmId: number, datastore: Datastore, expected: Expected): void {
  if ((text(datastore.template, 'DATASTORE_CAPACITY_CHECK') ?? '').toUpperCase() === 'NO') return;
  const needed = expectedMb(expected, datastore.dsMad);
  const free = availableMb(datastore);
  if (needed === undefined || free === undefined || needed <= free) return;
  const seen = new Date((datastore.lastMonitored ?? 0) * 1000).toISOString().replace('.000', '');
  throw new OneError(
    CODE.ACTION,
    `Could not back up VM ${vmId}: the backup is expected to take ${needed} MB (its disks could hold ${expected.virtualMb} MB), and datastore ${datastore.id} (${datastore.name}) had ${free} MB free at ${seen}.`,
    {
      objectId: vmId,
      hint: 'Free some space there, use another datastore, or set DATASTORE_CAPACITY_CHECK="NO" on it to try all the same.',
    },
  );
}
