// Datastores: where images, running disks and backups live.
import type { Attributes } from './attributes.ts';
import type { Owned } from './permissions.ts';

export const DATASTORE_TYPE = { IMAGE_DS: 0, SYSTEM_DS: 1, FILE_DS: 2, BACKUP_DS: 3 } as const;
export type DatastoreType = (typeof DATASTORE_TYPE)[keyof typeof DATASTORE_TYPE];

export interface Capacity {
  totalMb: number;
  freeMb: number;
  usedMb: number;
}

/** How full a datastore was at a time. */
export interface Fill extends Capacity {
  /** Epoch seconds. */
  atSec: number;
}

export interface Datastore extends Owned, Capacity {
  type: DatastoreType;
  dsMad: string;
  tmMad: string;
  basePath: string;
  diskType: number;
  /** 0 ready, 1 disabled. */
  state: 0 | 1;
  clusters: number[];
  template: Attributes;
  /** Epoch seconds at which its capacity was last read; 0 or left out when it never was. */
  lastMonitored?: number | undefined;
  /** Why it could not be read since. */
  monitorError?: string | undefined;
}

/** Attributes that tell of the last reading: shown, never given. */
export const READING_ATTRIBUTES: ReadonlySet<string> = new Set(['LAST_MON_TIME', 'MONITOR_ERROR']);

/** What makes one datastore differ from another when it is made; `location` is the directory that has a directory for each. */
export interface NewDatastore {
  type: DatastoreType;
  dsMad: string;
  tmMad: string;
  location: string;
  clusters: number[];
  template: Attributes;
}

/** A datastore that nobody has looked at yet: what it holds is not known. */
export function newDatastore(head: Owned, { location, ...given }: NewDatastore): Datastore {
  return {
    ...head,
    ...given,
    basePath: `${location}/${head.id}`,
    diskType: 0,
    state: 0,
    totalMb: 0,
    freeMb: 0,
    usedMb: 0,
    lastMonitored: 0,
  };
}
