// The door to what is kept: one pool per noun, what objects say of each other, what they cost, and the records of runs. A change
// is read, changed and written in one transaction; several changes that belong together go through `transaction`, and then
// only its `tx` may be used inside.
import type { AclRule } from '../model/acl.ts';
import type { AuditEntry, AuditEvent, AuditFilter, AuditHead, AuditRecord, KeptRecord } from '../model/audit.ts';
import type { BackupJob } from '../model/backup-job.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Datastore, Fill } from '../model/datastore.ts';
import type { Host, HostShare } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { Operation } from '../model/operation.ts';
import type { RunChoice, RunSums } from '../model/run-figures.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { QuotaKind } from '../model/quota.ts';
import type { Group, User } from '../model/user.ts';
import type { Lease, VirtualNetwork } from '../model/vnet.ts';
import type { Vm } from '../model/vm.ts';
import type { VmTemplate } from '../model/vm-template.ts';
import type { StoreChange } from './changes.ts';
import type { LinkKind } from './nouns.ts';

/** What somebody may see of a pool: own objects and those of groups by permission bits, and what rules open. */
export interface Visibility {
  all: boolean;
  uid: number;
  /** Groups whose objects' group bits count. */
  gids: number[];
  /** Objects, objects of groups, and objects in clusters, whatever their bits. */
  ids: number[];
  ownerGids: number[];
  clusters: number[];
}

export interface Filter {
  /** Object ids from..to, both included. */
  from?: number;
  to?: number;
  /** Just these; at most 500. */
  ids?: number[];
  /** Any of these values of the object's state. */
  states?: number[];
  notState?: number;
  name?: string;
  /** Names that begin so. */
  namePrefix?: string;
  /** Objects that say this of `target`, or of one of these, at most 500. */
  link?: { kind: LinkKind; target: number | readonly number[] };
  /** Objects of the user, or of any of the groups. */
  owner?: { uid?: number; gids?: number[] };
  visible?: Visibility;
  /** How objects of the pool tell their clusters, for `visible`. */
  clusterLink?: LinkKind;
  /** Page of the result. */
  offset?: number;
  limit?: number;
  /** Newest first, as OpenNebula's lists; the default. */
  ascending?: boolean;
}

export interface Pool<T> {
  /** Stores what `make` returns for the next free id, or for `id` when one is given (bootstrap only). */
  allocate(make: (id: number) => T, id?: number): Promise<T>;
  find(id: number): Promise<T | undefined>;
  /** Like `find`, but an unknown id is OpenNebula's NO_EXISTS error. */
  get(id: number): Promise<T>;
  /** Reads, changes in place and writes; returns the new object. A name that another has is OpenNebula's ACTION error. */
  update(id: number, change: (object: T) => void): Promise<T>;
  remove(id: number): Promise<void>;
  /** Like `allocate`, with the next free id that is not one of `taken`. */
  allocateBut(taken: ReadonlySet<number>, make: (id: number) => T): Promise<T>;
  /** Uses up an id, and all before it, that no object has: no new one gets it. False when it is more than `farthest` ahead. */
  useUp(id: number, farthest: number): Promise<boolean>;
  /** Uses up the next free id, which no object gets. */
  useUpNext(): Promise<number>;
  list(filter?: Filter): Promise<T[]>;
  /** The same in batches, so that a large pool is never in memory as a whole. */
  each(filter?: Filter): AsyncIterable<T[]>;
  /** Names by id, without reading the objects. */
  names(filter?: Filter): Promise<Map<number, string>>;
  count(filter?: Filter): Promise<number>;
  /** Ids of the objects that want to be looked at by then, epoch seconds; the longest due first. */
  dueBy(atSec: number): Promise<number[]>;
  /** Epoch seconds at which the first object wants to be looked at; undefined when none does. */
  nextDue(): Promise<number | undefined>;
}

/** What objects say of others. The list that the other one shows is made from it. */
export interface Links {
  /** Ids that say it of `target`, ascending. */
  of(kind: LinkKind, target: number): Promise<number[]>;
  /** What each of these objects, 500 at most, says it of; of several targets the highest. */
  from(kind: LinkKind, ids: readonly number[]): Promise<Map<number, number>>;
  /** For every target that something is said of. */
  all(kind: LinkKind): Promise<Map<number, number[]>>;
  hostShares(): Promise<Map<number, HostShare>>;
}

export interface Usage {
  kind: QuotaKind;
  id: number;
  metric: string;
  amount: number;
}

export interface Usages {
  /** What the objects of a user or group take, summed up now. */
  of(owner: 'user' | 'group', id: number): Promise<Usage[]>;
  all(owner: 'user' | 'group'): Promise<Map<number, Usage[]>>;
}

export interface Leases {
  /** Takes an address. Throws when somebody has it. */
  take(lease: Lease): Promise<void>;
  /** The lowest free position of a range of `size`, undefined when all are taken. */
  firstFree(vnetId: number, arId: number, size: number): Promise<number | undefined>;
  find(vnetId: number, arId: number, index: number): Promise<Lease | undefined>;
  ofVnet(vnetId: number): Promise<Lease[]>;
  ofVm(vmId: number): Promise<Lease[]>;
  /** How many leases each network has. */
  counts(): Promise<Map<number, number>>;
  free(vnetId: number, arId: number, index: number): Promise<void>;
  /** Frees those of a VM, or of one of its NICs. */
  freeVm(vmId: number, nicId?: number): Promise<void>;
}

/** Values of the whole installation, as JSON. */
export interface Settings {
  read<T>(name: string): Promise<T | undefined>;
  write(name: string, value: unknown): Promise<void>;
}

/** Which runs. */
export interface RunFilter extends RunChoice {
  /** What somebody may see of the VMs that they are of. */
  vms?: Pick<Filter, 'visible' | 'clusterLink'>;
}

/** How full datastores were, an entry an hour at most. */
export interface Fills {
  /** Takes the place of an earlier one of the same hour; what is older than anybody looks back goes. */
  note(datastoreId: number, fill: Fill): Promise<void>;
  /** Oldest first. */
  since(datastoreId: number, fromSec: number): Promise<Fill[]>;
  /** Those of all datastores. */
  all(fromSec: number): Promise<Map<number, Fill[]>>;
  forget(datastoreId: number): Promise<void>;
}

/** How many backups are under way from a host to a datastore. */
export interface TakenPlaces {
  hostId: number;
  datastoreId: number;
  count: number;
}

export interface Operations {
  add(operation: Operation): Promise<void>;
  save(operation: Operation): Promise<void>;
  /** Like `save`, for a run that has not ended and whose reservation is another one now. */
  reserve(operation: Operation): Promise<void>;
  find(id: string): Promise<Operation | undefined>;
  running(): Promise<Operation[]>;
  /** Backups that have begun and not ended, counted. */
  taken(): Promise<TakenPlaces[]>;
  /** The newest first. */
  ofVm(vmId: number, limit: number): Promise<Operation[]>;
  /** Those that a backup job asked for, the newest first. */
  ofJob(jobId: number, limit: number): Promise<Operation[]>;
  /** The newest of all, newest first. */
  recent(limit: number): Promise<Operation[]>;
  /** A page of those that the filter lets through, newest first. */
  history(filter: RunFilter, page: { offset: number; limit: number }): Promise<Operation[]>;
  /** Sums by pieces of time: the piece from `key * pieceMs` on. */
  sumsByTime(filter: RunFilter, pieceMs: number): Promise<Map<number, RunSums>>;
  /** Sums by VM, of those that stored most. */
  sumsByVm(filter: RunFilter, most: number): Promise<Map<number, RunSums>>;
  /** Of those that began since then, epoch milliseconds: what failed and no later run of the VM and kind has made good, newest first. */
  notMadeGood(sinceMs: number): Promise<Operation[]>;
}

/** Who asked for which change, each record chained to the one before. */
export interface AuditLog {
  append(event: AuditEvent): Promise<AuditRecord>;
  /** Several as one step, in their order. */
  appendAll(events: readonly AuditEvent[]): Promise<AuditRecord[]>;
  /** Drops what is older, and appends a record that says so; the number of records. */
  drop(beforeMs: number, made: Pick<AuditEvent, 'at' | 'node'>): Promise<number>;
  head(): Promise<AuditHead>;
  /** Those with a higher number, the oldest first, a few in memory at a time. */
  kept(after: number): AsyncIterable<KeptRecord>;
  find(seq: number): Promise<AuditRecord | undefined>;
  /** A page of calls, the newest first. */
  list(filter: AuditFilter): Promise<AuditEntry[]>;
}

export interface Store {
  vms: Pool<Vm>;
  images: Pool<Image>;
  templates: Pool<VmTemplate>;
  datastores: Pool<Datastore>;
  hosts: Pool<Host>;
  users: Pool<User>;
  groups: Pool<Group>;
  clusters: Pool<Cluster>;
  vnets: Pool<VirtualNetwork>;
  backupJobs: Pool<BackupJob>;
  actions: Pool<ScheduledAction>;
  rules: Pool<AclRule>;
  links: Links;
  usages: Usages;
  leases: Leases;
  settings: Settings;
  operations: Operations;
  fills: Fills;
  audit: AuditLog;
  /** Id of this OneVault: made with its records, and never changed. */
  installation(): Promise<string>;
  transaction<R>(work: (tx: Store) => Promise<R>): Promise<R>;
  /**
   * Tells of every change as soon as it is kept, those of a transaction together, also of what other processes on the same database
   * change; the answer ends that. Where some may have been missed, it tells of ANY_ID of every noun.
   */
  onChange(listener: (changes: readonly StoreChange[]) => void): () => void;
  /** Tells a topic of at most 200 characters to whoever listens, in all processes on this database: in a transaction, when that is kept. */
  wake(topic: string): Promise<void>;
  /** Hears every topic, of this process and others; where some may have been missed, ANY_TOPIC. */
  onWake(listener: (topic: string) => void): () => void;
  close(): Promise<void>;
}
