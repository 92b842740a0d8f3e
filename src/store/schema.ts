// The tables. Every noun has one of the same shape: a few columns to find rows by, and the object itself as JSON.

export interface PoolRow {
  oid: number;
  name: string;
  uid: number;
  gid: number;
  state: number;
  body: string;
}

export interface OperationRow {
  id: string;
  vm_id: number;
  result: string;
  started_at: number;
  body: string;
}

/** The last id each pool gave out: ids are never given twice, even when their object is gone. */
export interface PoolControlRow {
  pool: string;
  last_oid: number;
}

/** Pools with the first id that users' objects get, and whether a name may occur once per owner only. */
export const POOLS = {
  vm_pool: { firstId: 0, uniqueName: false },
  image_pool: { firstId: 0, uniqueName: true },
  template_pool: { firstId: 0, uniqueName: true },
  datastore_pool: { firstId: 100, uniqueName: true },
  host_pool: { firstId: 0, uniqueName: true },
  user_pool: { firstId: 2, uniqueName: true },
  group_pool: { firstId: 100, uniqueName: true },
} as const;
export type PoolName = keyof typeof POOLS;

/** One row: the id of this OneVault. */
export interface InstallationRow {
  id: string;
}

export type Schema = Record<PoolName, PoolRow> & {
  operation: OperationRow;
  pool_control: PoolControlRow;
  installation: InstallationRow;
};
