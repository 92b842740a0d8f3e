// one.datastore.* and one.datastorepool.*
import { mkdir } from 'node:fs/promises';
import { isAdmin, may, need, needAdmin } from '../../access/permissions.ts';
import { requiredAttributes, validateBackupStore } from '../../datastore/all.ts';
import { text, type Attributes } from '../../model/attributes.ts';
import { DATASTORE_TYPE, type Datastore, type DatastoreType } from '../../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { checkName } from '../../model/names.ts';
import { permissionsFromOctet } from '../../model/permissions.ts';
import { SECRET_ATTRIBUTES } from '../../model/secrets.ts';
import { monitorDatastore } from '../../vm/monitor.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { datastorePoolXml, datastoreXml } from '../../wire/documents/datastore.ts';
import { method, type Call, type MethodTable } from '../method.ts';

export const datastoreMethods: MethodTable = {
  'one.datastore.allocate': method(['string', ['int', -1]], async (call, given) => {
    needAdmin(call.user, 'CREATE DATASTORE');
    return createDatastore(call, parseTemplate(given));
  }),
  'one.datastore.info': method(['int', ['boolean', false]], async ({ parts, user }, id, decrypt) => {
    const datastore = await parts.store.datastores.get(id);
    need(user, datastore, 'USE', 'DATASTORE');
    return datastoreXml(decrypt && isAdmin(user) ? datastore : withoutSecrets(datastore));
  }),
  'one.datastorepool.info': method([], async ({ parts, user }) => {
    const all = await parts.store.datastores.list();
    return datastorePoolXml(all.filter((datastore) => may(user, datastore, 'USE')).map(withoutSecrets));
  }),
};

async function createDatastore({ parts, user, datastoreLocation }: Call, template: Attributes): Promise<number> {
  const name = checkName(text(template, 'NAME') ?? '');
  const type = typeOf(text(template, 'TYPE') ?? 'IMAGE_DS');
  const backup = type === DATASTORE_TYPE.BACKUP_DS;
  const dsMad = text(template, 'DS_MAD') ?? (backup ? '' : 'fs');
  if (backup) refuseIncomplete(template, dsMad);
  else if (dsMad !== 'fs') refuse(`DS_MAD="${dsMad}" is no driver of TYPE="${typeName(type)}"; it must be fs.`);
  const make = (id: number): Datastore => {
    const datastore: Datastore = {
      id,
      uid: user.id,
      gid: user.gid,
      uname: user.name,
      gname: user.gname,
      name,
      permissions: permissionsFromOctet(0o640),
      type,
      dsMad,
      tmMad: backup ? '-' : (text(template, 'TM_MAD') ?? 'qcow2'),
      basePath: `${datastoreLocation}/${id}`,
      diskType: 0,
      state: 0,
      clusters: [0],
      images: [],
      totalMb: 0,
      freeMb: 0,
      usedMb: 0,
      template: template.filter(([attribute]) => attribute !== 'NAME' && attribute !== 'TYPE'),
    };
    if (backup) validateBackupStore(parts.backupStoreConfigOf(datastore));
    return datastore;
  };
  // one transaction: no datastore without its directory
  const created = await parts.store.transaction(async (tx) => {
    const record = await tx.datastores.allocate(make);
    await mkdir(record.basePath, { recursive: true, mode: 0o755 }).catch((error: unknown) =>
      refuse(`Its directory could not be made: ${reasonOf(error)}.`),
    );
    return record;
  });
  await monitorDatastore(parts, created);
  return created.id;
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
  return refuse(`TYPE="${name}" is not known; it must be one of ${known}.`);
}

function refuseIncomplete(template: Attributes, dsMad: string): void {
  const missing = requiredAttributes(dsMad).filter((attribute) => !text(template, attribute));
  if (missing.length === 0) return;
  refuse(`DS_MAD="${dsMad}" needs ${missing.join(', ')}, which the template does not have.`);
}

function withoutSecrets(datastore: Datastore): Datastore {
  const template = datastore.template.map(([name, value]): Attributes[number] => [
    name,
    SECRET_ATTRIBUTES.has(name) ? '***' : value,
  ]);
  return { ...datastore, template };
}
