// The store over any SQL database that kysely speaks to.
import type { Kysely } from 'kysely';
import type { AclRule } from '../model/acl.ts';
import type { BackupJob } from '../model/backup-job.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { Group, User } from '../model/user.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { VirtualNetwork } from '../model/vnet.ts';
import type { Vm } from '../model/vm.ts';
import type { VmTemplate } from '../model/vm-template.ts';
import { SqlFills } from './fills.ts';
import { SqlLeases } from './leases.ts';
import { NOUNS } from './nouns.ts';
import { SqlOperations } from './operations.ts';
import { atomically, SqlPool, type Db } from './pool.ts';
import type { Schema } from './schema.ts';
import { SqlSettings } from './settings.ts';
import type { Store } from './store.ts';
import { SqlLinks, SqlUsages } from './sums.ts';

export class SqlStore implements Store {
  readonly vms: SqlPool<Vm>;
  readonly images: SqlPool<Image>;
  readonly templates: SqlPool<VmTemplate>;
  readonly datastores: SqlPool<Datastore>;
  readonly hosts: SqlPool<Host>;
  readonly users: SqlPool<User>;
  readonly groups: SqlPool<Group>;
  readonly clusters: SqlPool<Cluster>;
  readonly vnets: SqlPool<VirtualNetwork>;
  readonly backupJobs: SqlPool<BackupJob>;
  readonly actions: SqlPool<ScheduledAction>;
  readonly rules: SqlPool<AclRule>;
  readonly links: SqlLinks;
  readonly usages: SqlUsages;
  readonly leases: SqlLeases;
  readonly settings: SqlSettings;
  readonly operations: SqlOperations;
  readonly fills: SqlFills;
  /** For looking at tables as they are; the pools are the way to objects. */
  readonly db: Db;

  constructor(db: Db) {
    this.db = db;
    this.vms = new SqlPool(db, NOUNS.vms);
    this.images = new SqlPool(db, NOUNS.images);
    this.templates = new SqlPool(db, NOUNS.templates);
    this.datastores = new SqlPool(db, NOUNS.datastores);
    this.hosts = new SqlPool(db, NOUNS.hosts);
    this.users = new SqlPool(db, NOUNS.users);
    this.groups = new SqlPool(db, NOUNS.groups);
    this.clusters = new SqlPool(db, NOUNS.clusters);
    this.vnets = new SqlPool(db, NOUNS.vnets);
    this.backupJobs = new SqlPool(db, NOUNS.backupJobs);
    this.actions = new SqlPool(db, NOUNS.actions);
    this.rules = new SqlPool(db, NOUNS.rules);
    this.links = new SqlLinks(db);
    this.usages = new SqlUsages(db);
    this.leases = new SqlLeases(db);
    this.settings = new SqlSettings(db);
    this.operations = new SqlOperations(db);
    this.fills = new SqlFills(db);
  }

  async installation(): Promise<string> {
    return (await this.db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id;
  }

  transaction<R>(work: (tx: Store) => Promise<R>): Promise<R> {
    return atomically(this.db, (db) => work(new SqlStore(db)));
  }

  async close(): Promise<void> {
    await (this.db as Kysely<Schema>).destroy();
  }
}
