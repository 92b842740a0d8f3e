// The store over any SQL database that kysely speaks to.
import type { Kysely } from 'kysely';
import { SqlOperations } from './operations.ts';
import { atomically, SqlPool, type Db, type Keys, type Noun } from './pool.ts';
import type { Schema } from './schema.ts';
import type { Store } from './store.ts';
import type { Datastore } from '../model/datastore.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { Group, User } from '../model/user.ts';
import type { Vm } from '../model/vm.ts';
import type { VmTemplate } from '../model/vm-template.ts';

const ownedKeys = (object: { uid: number; gid: number }, state: number): Keys => ({
  uid: object.uid,
  gid: object.gid,
  state,
});
const VM: Noun<Vm> = { table: 'vm_pool', label: 'virtual machine', keys: (vm) => ownedKeys(vm, vm.state) };
const IMAGE: Noun<Image> = { table: 'image_pool', label: 'image', keys: (image) => ownedKeys(image, image.state) };
const TEMPLATE: Noun<VmTemplate> = {
  table: 'template_pool',
  label: 'virtual machine template',
  keys: (template) => ownedKeys(template, 0),
};
const DATASTORE: Noun<Datastore> = {
  table: 'datastore_pool',
  label: 'datastore',
  keys: (datastore) => ownedKeys(datastore, datastore.state),
};
const HOST: Noun<Host> = { table: 'host_pool', label: 'host', keys: (host) => ({ uid: 0, gid: 0, state: host.state }) };
const USER: Noun<User> = { table: 'user_pool', label: 'user', keys: (user) => ({ uid: 0, gid: user.gid, state: 0 }) };
const GROUP: Noun<Group> = { table: 'group_pool', label: 'group', keys: () => ({ uid: 0, gid: 0, state: 0 }) };

export class SqlStore implements Store {
  readonly vms: SqlPool<Vm>;
  readonly images: SqlPool<Image>;
  readonly templates: SqlPool<VmTemplate>;
  readonly datastores: SqlPool<Datastore>;
  readonly hosts: SqlPool<Host>;
  readonly users: SqlPool<User>;
  readonly groups: SqlPool<Group>;
  readonly operations: SqlOperations;
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
    this.vms = new SqlPool(db, VM);
    this.images = new SqlPool(db, IMAGE);
    this.templates = new SqlPool(db, TEMPLATE);
    this.datastores = new SqlPool(db, DATASTORE);
    this.hosts = new SqlPool(db, HOST);
    this.users = new SqlPool(db, USER);
    this.groups = new SqlPool(db, GROUP);
    this.operations = new SqlOperations(db);
  }

  async installation(): Promise<string> {
    return (await this.#db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id;
  }

  transaction<R>(work: (tx: Store) => Promise<R>): Promise<R> {
    return atomically(this.#db, (db) => work(new SqlStore(db)));
  }

  async close(): Promise<void> {
    await (this.#db as Kysely<Schema>).destroy();
  }
}
