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
import { ChangeFeed, changeOf, type StoreChange } from './changes.ts';
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
  readonly #feed: ChangeFeed;

  /** `note` is told of each change as it is made: in a transaction it is not told to others before that is over. */
  constructor(db: Db, feed = new ChangeFeed(), note: (change: StoreChange) => void = (change) => feed.tell([change])) {
    this.db = db;
    this.#feed = feed;
    this.vms = new SqlPool(db, NOUNS.vms, (object) => note(changeOf('vms', object)));
    this.images = new SqlPool(db, NOUNS.images, (object) => note(changeOf('images', object)));
    this.templates = new SqlPool(db, NOUNS.templates, (object) => note(changeOf('templates', object)));
    this.datastores = new SqlPool(db, NOUNS.datastores, (object) => note(changeOf('datastores', object)));
    this.hosts = new SqlPool(db, NOUNS.hosts, (object) => note(changeOf('hosts', object)));
    this.users = new SqlPool(db, NOUNS.users, (object) => note(changeOf('users', object)));
    this.groups = new SqlPool(db, NOUNS.groups, (object) => note(changeOf('groups', object)));
    this.clusters = new SqlPool(db, NOUNS.clusters, (object) => note(changeOf('clusters', object)));
    this.vnets = new SqlPool(db, NOUNS.vnets, (object) => note(changeOf('vnets', object)));
    this.backupJobs = new SqlPool(db, NOUNS.backupJobs, (object) => note(changeOf('backupJobs', object)));
    this.actions = new SqlPool(db, NOUNS.actions, (object) => note(changeOf('actions', object)));
    this.rules = new SqlPool(db, NOUNS.rules, (object) => note(changeOf('rules', object)));
    this.links = new SqlLinks(db);
    this.usages = new SqlUsages(db);
    this.leases = new SqlLeases(db, (id) => note(changeOf('vnets', { id })));
    this.settings = new SqlSettings(db);
    this.operations = new SqlOperations(db);
    this.fills = new SqlFills(db);
  }

  async installation(): Promise<string> {
    return (await this.db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id;
  }

  async transaction<R>(work: (tx: Store) => Promise<R>): Promise<R> {
    if (this.db.isTransaction) return work(this); // whoever opened it tells of changes
    const changes: StoreChange[] = [];
    const feed = this.#feed;
    const result = await atomically(this.db, (db) => work(new SqlStore(db, feed, (change) => changes.push(change))));
    feed.tell(changes);
    return result;
  }

  onChange(listener: (changes: readonly StoreChange[]) => void): () => void {
    return this.#feed.listen(listener);
  }

  async close(): Promise<void> {
    await (this.db as Kysely<Schema>).destroy();
  }
}
