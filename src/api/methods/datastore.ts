// one.datastore.* and one.datastorepool.*
import { mkdir } from 'node:fs/promises';
import { unmaskAttributes } from '../../access/sealed-attributes.ts';
import { requiredAttributes, validateBackupStore } from '../../datastore/all.ts';
import { trendOf } from '../../datastore/trend.ts';
import { ownedBy } from '../../access/umask.ts';
import { merge, text, type Attributes } from '../../model/attributes.ts';
import { readBackupPolicy } from '../../model/backup-policy.ts';
import { readDrill } from '../../model/drill.ts';
import { DEFAULT_CLUSTER } from '../../model/cluster.ts';
import {
  READING_ATTRIBUTES,
  DATASTORE_TYPE,
  newDatastore,
  type Datastore,
  type DatastoreType,
} from '../../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { datastoreLimits } from '../../model/load-limits.ts';
import { checkName } from '../../model/names.ts';
import { permissionsFromOctet } from '../../model/permissions.ts';
import { VM_STATE } from '../../model/vm.ts';
import { NOUNS } from '../../store/nouns.ts';
import { monitorDatastore } from '../../vm/monitor.ts';
import { nowSec } from '../../vm/parts.ts';
import { datastoreFillXml } from '../../wire/documents/datastore-fill.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { authorizeCopyTo } from '../copy-to.ts';
import { allocating } from '../allocating.ts';
import { appendFlag } from '../flags.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, requireCreate } from '../noun.ts';
import { CLUSTER, DATASTORE } from '../nouns/stored.ts';
import { infoMethod, ownedMethods, renameMethod } from '../owned.ts';
import { poolDocument } from '../pool.ts';
import { forgetRules } from '../rules.ts';
import { checkDays } from '../run-history.ts';

/** How far back it is kept how full they were. */
const MAX_FILL_DAYS = 400;
const DAY_SEC = 86_400;

export const datastoreMethods: MethodTable = {
  ...infoMethod(DATASTORE),
  ...renameMethod(DATASTORE),
  ...ownedMethods(DATASTORE, NOUNS.datastores, { lockable: false }),
  'one.datastore.allocate': method(['string', ['int', -1]], async (call, given, clusterId) => {
    requireCreate(call, 'DATASTORE');
    const cluster = clusterId < 0 ? DEFAULT_CLUSTER : (await authorized(call, CLUSTER, clusterId, 'ADMIN')).id;
    return createDatastore(call, parseTemplate(given), cluster);
  }),
  'one.datastore.update': method(['int', 'string', ['int', 0]], async (call, id, given, append) => {
    await authorized(call, DATASTORE, id, 'MANAGE');
    await updateDatastore(call, id, parseTemplate(given), appendFlag(append));
    return id;
  }),
  'one.datastore.enable': method(['int', 'boolean'], async (call, id, enable) => {
    const datastore = await authorized(call, DATASTORE, id, 'MANAGE');
    if (datastore.type !== DATASTORE_TYPE.SYSTEM_DS) {
      throw new OneError(
        CODE.INTERNAL,
        `Datastore ${id} (${datastore.name}) is no system datastore; only those can be disabled.`,
        {
          objectId: id,
        },
      );
    }
    await call.parts.store.datastores.update(id, (record) => void (record.state = enable ? 0 : 1));
    return id;
  }),
  'one.datastore.fill': method(['int', ['int', 30]], async (call, id, days) => {
    const datastore = await authorized(call, DATASTORE, id, 'USE');
    const sec = checkDays(days, MAX_FILL_DAYS) * DAY_SEC;
    const fills = await call.parts.store.fills.since(id, nowSec(call.parts.clock) - sec);
    return datastoreFillXml(datastore, trendOf(fills), fills);
  }),
  'one.datastore.delete': method(['int'], async (call, id) => {
    const datastore = await authorized(call, DATASTORE, id, 'ADMIN');
    await call.parts.store.transaction(async (tx) => {
      const images = await tx.links.of('image-datastore', id);
      if (images.length > 0) refuseDelete(datastore, `it holds ${images.length} images`);
      for await (const vms of tx.vms.each({ notState: VM_STATE.DONE })) {
        const user = vms.find((vm) => vm.history.at(-1)?.dsId === id);
        if (user) refuseDelete(datastore, `VM ${user.id} has its disks in it`);
      }
      await tx.datastores.remove(id);
      await tx.fills.forget(id);
      await forgetRules(tx, 'DATASTORE', id);
    });
    return id;
  }),
  'one.datastore.rescan': method(['int'], async (call, id) => {
    const datastore = await authorized(call, DATASTORE, id, 'ADMIN');
    if (datastore.type !== DATASTORE_TYPE.BACKUP_DS) {
      throw new OneError(
        CODE.ACTION,
        `Datastore ${id} (${datastore.name}) cannot be rescanned: it is no backup datastore.`,
        { objectId: id },
      );
    }
    return call.upkeep.rescan(id, call.user.id);
  }),
  'one.datastorepool.info': method([], (call) => poolDocument(call, DATASTORE, 'DATASTORE_POOL', {})),
};

function refuseDelete({ id, name }: Datastore, why: string): never {
  throw new OneError(CODE.ACTION, `Datastore ${id} (${name}) cannot be deleted: ${why}.`, { objectId: id });
}

async function createDatastore(call: Call, template: Attributes, cluster: number): Promise<number> {
  const { parts, user, datastoreLocation } = call;
  const name = checkName(text(template, 'NAME') ?? '');
  const type = allocating(() => typeOf(text(template, 'TYPE') ?? 'IMAGE_DS'));
  const backup = type === DATASTORE_TYPE.BACKUP_DS;
  const dsMad = text(template, 'DS_MAD') ?? (backup ? '' : 'fs');
  if (backup) allocating(() => refuseIncomplete(template, dsMad));
  else if (dsMad !== 'fs') refuse(`DS_MAD="${dsMad}" is no driver of TYPE="${typeName(type)}"; it must be fs.`);
  const kept = template.filter(([attribute]) => isKept(attribute));
  if (backup) {
    allocating(() => readBackupPolicy(template));
    await authorizeCopyTo(call, template, []);
  }
  const make = (id: number): Datastore =>
    newDatastore(
      {
        id,
        ...ownedBy(user),
        name,
        permissions: permissionsFromOctet(0o640),
      },
      {
        type,
        dsMad,
        tmMad: backup ? '-' : (text(template, 'TM_MAD') ?? 'qcow2'),
        location: datastoreLocation,
        clusters: [cluster],
        template: parts.sealed(kept),
      },
    );
  // one transaction: no datastore without its directory
  const created = await parts.store.transaction(async (tx) => {
    const record = await tx.datastores.allocate(make);
    if (backup) allocating(() => validate(call, record));
    await mkdir(record.basePath, { recursive: true, mode: 0o755 }).catch((error: unknown) =>
      refuse(`Its directory could not be made: ${reasonOf(error)}.`),
    );
    return record;
  });
  await monitorDatastore(parts, created);
  return created.id;
}

/** TYPE and DS_MAD are for good; a secret that comes back as it was shown is kept as it is. */
async function updateDatastore(call: Call, id: number, given: Attributes, append: boolean): Promise<void> {
  const { parts } = call;
  const before = await parts.store.datastores.get(id);
  if (before.type === DATASTORE_TYPE.BACKUP_DS) await authorizeCopyTo(call, given, before.template, id);
  await parts.store.datastores.update(id, (record) => {
    const type = text(given, 'TYPE');
    if (type !== undefined && typeOf(type) !== record.type) {
      throw new OneError(
        CODE.ACTION,
        `TYPE="${type}": the type of a datastore cannot be changed; it is ${typeName(record.type)}.`,
      );
    }
    const dsMad = text(given, 'DS_MAD');
    if (dsMad !== undefined && dsMad !== record.dsMad) {
      throw new OneError(
        CODE.ACTION,
        `DS_MAD="${dsMad}": the driver of a datastore cannot be changed; it is ${record.dsMad}.`,
      );
    }
    const wanted = given.filter(([name]) => isKept(name));
    const sealed = parts.sealed(unmaskAttributes(wanted, record.template));
    record.template = append ? merge(record.template, sealed) : sealed;
    if (record.type === DATASTORE_TYPE.BACKUP_DS) validate(call, record);
  });
}

/** Of a template the part that is kept as one. */
function isKept(attribute: string): boolean {
  return attribute !== 'NAME' && attribute !== 'TYPE' && !READING_ATTRIBUTES.has(attribute);
}

function validate({ parts }: Call, datastore: Datastore): void {
  const { template } = parts.unsealed(datastore);
  readBackupPolicy(template);
  readDrill(template);
  datastoreLimits({ type: datastore.type, template });
  const attributes = template.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  validateBackupStore({
    driver: datastore.dsMad,
    datastoreId: datastore.id,
    basePath: datastore.basePath,
    attributes: Object.fromEntries(attributes),
  });
}

function refuse(why: string): never {
  throw new OneError(CODE.ALLOCATE, `Error allocating a new datastore. ${why}`);
}

function typeName(type: DatastoreType): string {
  return Object.entries(DATASTORE_TYPE).find(([, number]) => number === type)?.[0] ?? String(type);
}

function typeOf(name: string): DatastoreType {
  const found = Object.entries(DATASTORE_TYPE).find(([known]) => known === name.toUpperCase());
  if (found) return found[1];
  const known = Object.keys(DATASTORE_TYPE).join(', ');
  throw new OneError(CODE.ACTION, `TYPE="${name}" is not known; it must be one of ${known}.`);
}

function refuseIncomplete(template: Attributes, dsMad: string): void {
  const attributeOf = (name: string): string | undefined => text(template, name);
  const missing = requiredAttributes(dsMad, attributeOf).filter((name) => !attributeOf(name));
  if (missing.length === 0) return;
  refuse(`DS_MAD="${dsMad}" needs ${missing.join(', ')}, which the template does not have.`);
}
