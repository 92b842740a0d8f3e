import { describe, expect, it } from 'vitest';
import type { Attributes } from '../model/attributes.ts';
import { newDatastore, type Datastore } from '../model/datastore.ts';
import { backupImage } from '../../tests/golden/objects.ts';
import { availableMb, expectedMb, requireRoomFor, type Expected } from './room.ts';

const GIB = 2 ** 30;
const full: Expected = {
  ...{ type: 'FULL', virtualMb: 20_480, allocatedBytes: 3 * GIB, dirtyBytes: undefined, storedBefore: false },
};
const increment: Expected = { ...full, type: 'INCREMENT', allocatedBytes: undefined, dirtyBytes: 5_000_000 };

function datastore(change: Partial<Datastore>, template: Attributes = []): Datastore {
  const { id, name, uid, gid, uname, gname, permissions } = { ...backupImage, id: 100, name: 'vault' };
  const made = newDatastore(
    { id, name, uid, gid, uname, gname, permissions },
    { type: 3, dsMad: 'restic', tmMad: '-', location: '/d', clusters: [0], template },
  );
  return { ...made, totalMb: 5000, freeMb: 1000, usedMb: 100, lastMonitored: 1_767_225_600, ...change };
}

describe('the expected size of a backup', () => {
  it('is what the disks hold, or what has changed, and never what they could hold', () => {
    expect(expectedMb(full, 'rsync')).toBe(3072);
    expect(expectedMb(increment, 'rsync')).toBe(5);
    expect(expectedMb({ ...full, allocatedBytes: 30 * GIB }, 'rsync')).toBe(20_480);
  });

  it('is not known of what deduplication may save', () => {
    expect(expectedMb({ ...full, storedBefore: true }, 'restic')).toBeUndefined();
    expect(expectedMb({ ...full, storedBefore: true }, 'rsync')).toBe(3072);
    expect(expectedMb(full, 'restic')).toBe(3072);
    expect(expectedMb({ ...increment, dirtyBytes: undefined }, 'restic')).toBeUndefined();
  });
});

describe('the room of a datastore', () => {
  it('is what is free, and what its limit leaves', () => {
    expect(availableMb(datastore({}))).toBe(1000);
    expect(availableMb(datastore({}, [['LIMIT_MB', '300']]))).toBe(200);
    expect(availableMb(datastore({}, [['LIMIT_MB', '50']]))).toBe(0);
    expect(availableMb(datastore({ lastMonitored: undefined }))).toBeUndefined();
  });

  it('is enough for an increment and not for a full backup, which says both sizes and when it was seen', () => {
    expect(() => requireRoomFor(7, datastore({}), increment)).not.toThrow();
    expect(() => requireRoomFor(7, datastore({}), full)).toThrow(
      'Could not back up VM 7: the backup is expected to take 3072 MB (its disks could hold 20480 MB), and datastore 100 (vault) had 1000 MB free at 2026-01-01T00:00:00Z.',
    );
  });

  it('is not asked for where nobody has looked, or wants it', () => {
    expect(() => requireRoomFor(7, datastore({ lastMonitored: undefined, freeMb: 0 }), full)).not.toThrow();
    const unchecked: Attributes = [['DATASTORE_CAPACITY_CHECK', 'no']];
    expect(() => requireRoomFor(7, datastore({}, unchecked), full)).not.toThrow();
  });
});
