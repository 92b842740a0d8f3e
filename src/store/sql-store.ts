// The store over any SQL database that kysely speaks to.
import type { Transaction } from 'kysely';
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
import { SqlAudit } from './audit.ts';
import { SqlFills } from './fills.ts';
import { SqlLeases } from './leases.ts';
import type { StoreChange } from './changes.ts';
import { NOUNS } from './nouns.ts';
import { SqlOperations } from './operations.ts';
import { SqlPool } from './pool.ts';
import type { Schema } from './schema.ts';
import { SqlSettings } from './settings.ts';
import { Steps, type Db, type Guard, type Shared } from './steps.ts';
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
  readonly audit: SqlAudit;
  /** For looking at tables as they are; the pools are the way to objects. */
  readonly db: Db;
  readonly #shared: Shared;
  readonly #steps: Steps;

  constructor(shared: Shared, steps = new Steps(shared)) {
    this.db = steps.db;
    this.#shared = shared;
    this.#steps = steps;
    this.vms = new SqlPool(steps, 'vms', NOUNS.vms);
    this.images = new SqlPool(steps, 'images', NOUNS.images);
    this.templates = new SqlPool(steps, 'templates', NOUNS.templates);
    this.datastores = new SqlPool(steps, 'datastores', NOUNS.datastores);
    this.hosts = new SqlPool(steps, 'hosts', NOUNS.hosts);
    this.users = new SqlPool(steps, 'users', NOUNS.users);
    this.groups = new SqlPool(steps, 'groups', NOUNS.groups);
    this.clusters = new SqlPool(steps, 'clusters', NOUNS.clusters);
    this.vnets = new SqlPool(steps, 'vnets', NOUNS.vnets);
    this.backupJobs = new SqlPool(steps, 'backupJobs', NOUNS.backupJobs);
    this.actions = new SqlPool(steps, 'actions', NOUNS.actions);
    this.rules = new SqlPool(steps, 'rules', NOUNS.rules);
    this.links = new SqlLinks(steps.db);
    this.usages = new SqlUsages(steps.db);
    this.leases = new SqlLeases(steps);
    this.settings = new SqlSettings(steps);
    this.operations = new SqlOperations(steps);
    this.fills = new SqlFills(steps);
    this.audit = new SqlAudit(steps);
  }

  async installation(): Promise<string> {
    return (await this.db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id;
  }

  async transaction<R>(work: (tx: Store) => Promise<R>): Promise<R> {
    if (this.#steps.isOpen) return work(this); // whoever opened it tells of changes
    return this.#steps.run('many', undefined, (step) => work(new SqlStore(this.#shared, step)));
  }

  /** Reads of one moment, on the tables as they are. */
  snapshot<R>(work: (db: Transaction<Schema>) => Promise<R>): Promise<R> {
    return this.#shared.backend.snapshot(work);
  }

  /** Changes the tables as they are, as one step. */
  rewrite<R>(work: (db: Db) => Promise<R>): Promise<R> {
    return this.#steps.run('many', undefined, ({ db }) => work(db));
  }

  /** From now on `guard` is awaited first in each transaction that writes, and may refuse it. */
  guardWith(guard: Guard | undefined): void {
    this.#shared.guard = guard;
  }

  onChange(listener: (changes: readonly StoreChange[]) => void): () => void {
    return this.#shared.feed.listen(listener);
  }

  wake(topic: string): Promise<void> {
    return this.#steps.wake(topic);
  }

  onWake(listener: (topic: string) => void): () => void {
    return this.#shared.feed.listenToWakes(listener);
  }

  async close(): Promise<void> {
    await this.#shared.backend.close();
  }
}
