// The tables. Every noun has one of the same shape: a few columns to find rows by, and the object itself as JSON. What objects
// say of each other and what they cost their owners is kept beside them in two tables, written in the same step as the object.
// Pure.

export interface PoolRow {
  oid: number;
  name: string;
  uid: number;
  gid: number;
  /** Nine permission bits, owner's USE the highest. */
  perms: number;
  state: number;
  body: string;
}

/** Object `oid` of a pool belongs to, is on, or uses `target`. */
export interface LinkRow {
  kind: string;
  oid: number;
  target: number;
}

/** What an object counts for in the quotas of its owner and group. */
export interface ChargeRow {
  /** Pool of the object, or `operation`; and its id there. */
  pool: string;
  oid: string;
  uid: number;
  gid: number;
  kind: string;
  target: number;
  metric: string;
  amount: number;
}

export interface LeaseRow {
  vnet_id: number;
  ar_id: number;
  position: number;
  /** -1: held back from everybody. */
  vm_id: number;
  nic_id: number;
}

/** When an object of a pool wants to be looked at next. */
export interface DueRow {
  pool: string;
  oid: number;
  /** Epoch seconds. */
  at: number;
}

export interface OperationRow {
  id: string;
  vm_id: number;
  kind: string;
  /** Backup job that asked for it, -1 for none. */
  job_id: number;
  result: string;
  started_at: number;
  body: string;
  datastore_id: number;
  /** Host of a backup that has begun and not ended; -1 for any other. */
  busy_host: number;
  /** Epoch milliseconds; 0 while it runs. */
  ended_at: number;
  /** How long its work took; 0 while it runs. */
  took_ms: number;
  read_bytes: number;
  sent_bytes: number;
  stored_bytes: number;
  /** Control node that works on it; '' for none. */
  node: string;
}

/** A control node that is up, or was until its lease ended. Times are epoch milliseconds of the database's clock. */
export interface NodeRow {
  id: string;
  name: string;
  url: string;
  version: string;
  /** Fingerprint of its key over TLS, '' for none. */
  pin: string;
  started_at: number;
  lease_until: number;
}

/** What a control node has to itself. */
export interface ClaimRow {
  duty: string;
  node: string;
  since: number;
}

/** How full a datastore was. */
export interface FillRow {
  datastore_id: number;
  /** Epoch seconds. */
  at: number;
  total_mb: number;
  free_mb: number;
  used_mb: number;
}

/** A record of the audit log; `event` is the text that was hashed. */
export interface AuditRow {
  seq: number;
  /** Epoch milliseconds. */
  at: number;
  uid: number;
  method: string;
  event: string;
  previous: string;
  hash: string;
  /** The object that it was on, `vm:3`; '' for none. */
  object: string;
  /** Record whose call this one ends, 0 for none. */
  ends: number;
}

/** One row: where the audit log stands. */
export interface AuditHeadRow {
  id: number;
  seq: number;
  hash: string;
  dropped_seq: number;
  dropped_hash: string;
}

/** The last id each pool gave out: ids are never given twice, even when their object is gone. */
export interface PoolControlRow {
  pool: string;
  last_oid: number;
}

/** Pools with the first id that users' objects get, and among whose objects a name may occur only once. */
export const POOLS = {
  vm_pool: { firstId: 0, unique: 'no' },
  image_pool: { firstId: 0, unique: 'owner' },
  template_pool: { firstId: 0, unique: 'owner' },
  datastore_pool: { firstId: 100, unique: 'owner' },
  host_pool: { firstId: 0, unique: 'pool' },
  user_pool: { firstId: 2, unique: 'pool' },
  group_pool: { firstId: 100, unique: 'pool' },
  cluster_pool: { firstId: 100, unique: 'pool' },
  vnet_pool: { firstId: 0, unique: 'owner' },
  backupjob_pool: { firstId: 0, unique: 'owner' },
  action_pool: { firstId: 0, unique: 'no' },
  acl_pool: { firstId: 0, unique: 'pool' },
} as const;
export type PoolName = keyof typeof POOLS;

/** One row: the id of this OneVault. */
export interface InstallationRow {
  id: string;
}

/** Values that belong to the whole installation, such as default quotas. */
export interface SettingRow {
  name: string;
  body: string;
}

export type Schema = Record<PoolName, PoolRow> & {
  link: LinkRow;
  charge: ChargeRow;
  due: DueRow;
  lease: LeaseRow;
  operation: OperationRow;
  datastore_fill: FillRow;
  pool_control: PoolControlRow;
  installation: InstallationRow;
  setting: SettingRow;
  node: NodeRow;
  claim: ClaimRow;
  audit: AuditRow;
  audit_head: AuditHeadRow;
};

/** Every table with the columns that tell its rows apart. */
export const KEYS: { readonly [Table in keyof Schema]: ReadonlyArray<keyof Schema[Table] & string> } = {
  vm_pool: ['oid'],
  image_pool: ['oid'],
  template_pool: ['oid'],
  datastore_pool: ['oid'],
  host_pool: ['oid'],
  user_pool: ['oid'],
  group_pool: ['oid'],
  cluster_pool: ['oid'],
  vnet_pool: ['oid'],
  backupjob_pool: ['oid'],
  action_pool: ['oid'],
  acl_pool: ['oid'],
  link: ['kind', 'target', 'oid'],
  charge: ['pool', 'oid', 'kind', 'target', 'metric'],
  due: ['pool', 'oid'],
  lease: ['vnet_id', 'ar_id', 'position'],
  operation: ['id'],
  datastore_fill: ['datastore_id', 'at'],
  pool_control: ['pool'],
  installation: ['id'],
  setting: ['name'],
  node: ['id'],
  claim: ['duty'],
  audit: ['seq'],
  audit_head: ['id'],
};
