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
}
