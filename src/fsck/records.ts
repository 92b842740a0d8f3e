// What is looked at: every row of every table as it is, and beside each object what should be kept of it. Reads only.
import type { AclRule } from '../model/acl.ts';
import type { BackupJob } from '../model/backup-job.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Datastore } from '../model/datastore.ts';
import { reasonOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { Image } from '../model/image.ts';
import type { Operation } from '../model/operation.ts';
import type { Charge } from '../model/quota.ts';
import type { ScheduledAction } from '../model/scheduled-action.ts';
import type { Group, User } from '../model/user.ts';
import type { Lease, VirtualNetwork } from '../model/vnet.ts';
import type { Vm } from '../model/vm.ts';
import type { VmTemplate } from '../model/vm-template.ts';
import { NOUNS, type Keys, type Link, type Noun } from '../store/nouns.ts';
import type { Db } from '../store/steps.ts';

import type { ChargeRow, DueRow, LinkRow, PoolName } from '../store/schema.ts';
import { checkShape } from './shape.ts';

export interface Objects {
  vms: Map<number, Vm>;
  images: Map<number, Image>;
  templates: Map<number, VmTemplate>;
  datastores: Map<number, Datastore>;
  hosts: Map<number, Host>;
  users: Map<number, User>;
  groups: Map<number, Group>;
  clusters: Map<number, Cluster>;
  vnets: Map<number, VirtualNetwork>;
  backupJobs: Map<number, BackupJob>;
  actions: Map<number, ScheduledAction>;
  rules: Map<number, AclRule>;
}

/** An object's row: the columns as they are, and what they and the tables beside should say. */
export interface Entry {
  pool: PoolName;
  /** `image [3]` */
  what: string;
  oid: number;
  columns: Keys;
  keys: Keys;
  links: Link[];
  charges: Charge[];
  due: number | undefined;
}

export interface Records extends Objects {
  entries: Entry[];
  /** Rows whose body cannot be read, and why; nothing else is said about them. */
  damaged: Array<{ what: string; why: string }>;
  links: LinkRow[];
  charges: ChargeRow[];
  due: DueRow[];
  leases: Lease[];
  running: Operation[];
  /** The last id that each pool gave out. */
  lastIds: Map<string, number>;
}

/** To be called in a transaction, so that all of it is of one moment. */
export async function readRecords(db: Db): Promise<Records> {
  const found: Pick<Records, 'entries' | 'damaged'> = { entries: [], damaged: [] };
  const read = <T extends { id: number }>(noun: Noun<T>): Promise<Map<number, T>> => readPool(db, noun, found);
  const objects: Objects = {
    vms: await read<Vm>(NOUNS.vms),
    images: await read<Image>(NOUNS.images),
    templates: await read<VmTemplate>(NOUNS.templates),
    datastores: await read<Datastore>(NOUNS.datastores),
    hosts: await read<Host>(NOUNS.hosts),
    users: await read<User>(NOUNS.users),
    groups: await read<Group>(NOUNS.groups),
    clusters: await read<Cluster>(NOUNS.clusters),
    vnets: await read<VirtualNetwork>(NOUNS.vnets),
    backupJobs: await read<BackupJob>(NOUNS.backupJobs),
    actions: await read<ScheduledAction>(NOUNS.actions),
    rules: await read<AclRule>(NOUNS.rules),
  };
  const leases = await db
    .selectFrom('lease')
    .selectAll()
    .orderBy('vnet_id')
    .orderBy('ar_id')
    .orderBy('position')
    .execute();
  const control = await db.selectFrom('pool_control').selectAll().execute();
  return {
    ...objects,
    ...found,
    links: await db.selectFrom('link').selectAll().execute(),
    charges: await db.selectFrom('charge').selectAll().execute(),
    due: await db.selectFrom('due').selectAll().execute(),
    leases: leases.map((row): Lease => ({
      vnetId: row.vnet_id,
      arId: row.ar_id,
      index: row.position,
      vm: row.vm_id,
      nicId: row.nic_id,
    })),
    running: await runningOperations(db, found.damaged),
    lastIds: new Map(control.map(({ pool, last_oid }) => [pool, last_oid])),
  };
}

async function readPool<T extends { id: number }>(
  db: Db,
  noun: Noun<T>,
  { entries, damaged }: Pick<Records, 'entries' | 'damaged'>,
): Promise<Map<number, T>> {
  const objects = new Map<number, T>();
  for (const { oid, body, ...columns } of await db.selectFrom(noun.table).selectAll().orderBy('oid').execute()) {
    const what = `${noun.label} [${oid}]`;
    try {
      const object = JSON.parse(body) as T;
      checkShape(object, oid);
      const beside = {
        keys: noun.keys(object),
        links: noun.links?.(object) ?? [],
        charges: noun.charges?.(object) ?? [],
        due: noun.due?.(object),
      };
      objects.set(oid, object);
      entries.push({ pool: noun.table, what, oid, columns, ...beside });
    } catch (error) {
      damaged.push({ what, why: reasonOf(error) });
    }
  }
  return objects;
}

async function runningOperations(db: Db, damaged: Records['damaged']): Promise<Operation[]> {
  const rows = await db.selectFrom('operation').select(['id', 'body']).where('result', '=', 'running').execute();
  return rows.flatMap(({ id, body }) => {
    try {
      return [JSON.parse(body) as Operation];
    } catch (error) {
      damaged.push({ what: `operation ${id}`, why: reasonOf(error) });
      return [];
    }
  });
}
