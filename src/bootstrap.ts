// What a new installation begins with: the administrator and her credentials, the two groups, the first access rules, the default
// cluster and datastores.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BOOTSTRAP_RULES } from './access/bootstrap-rules.ts';
import { hashPassword } from './access/password.ts';
import type { Config } from './config.ts';
import { DEFAULT_CLUSTER } from './model/cluster.ts';
import { DATASTORE_TYPE, newDatastore, type Datastore, type DatastoreType } from './model/datastore.ts';
import { permissionsFromOctet } from './model/permissions.ts';
import { ONEADMIN_GROUP, USERS_GROUP, type Group, type User } from './model/user.ts';
import type { Store } from './store/store.ts';

/** File with `oneadmin:<password>`, readable by its owner alone. */
export function authFile(config: Config): string {
  return `${config.stateDirectory}/.one/one_auth`;
}

/** Fills an empty store; does nothing to one that has its administrator. Of several nodes that begin at once one does it. */
export async function bootstrap(store: Store, config: Config): Promise<void> {
  if ((await store.users.find(0)) === undefined) await createAdministrator(store, config);
  const defaults: Array<[number, string, DatastoreType, string, string]> = [
    [0, 'system', DATASTORE_TYPE.SYSTEM_DS, '', 'qcow2'],
    [1, 'default', DATASTORE_TYPE.IMAGE_DS, 'fs', 'qcow2'],
    [2, 'files', DATASTORE_TYPE.FILE_DS, 'fs', 'qcow2'],
  ];
  await store.transaction(async (tx) => {
    if ((await tx.clusters.find(DEFAULT_CLUSTER)) === undefined) {
      await tx.clusters.allocate((id) => ({ id, name: 'default', template: [] }), DEFAULT_CLUSTER);
    }
    for (const [id, name, type, dsMad, tmMad] of defaults) {
      if ((await tx.datastores.find(id)) !== undefined) continue;
      await tx.datastores.allocate(() => datastore(config, id, name, type, dsMad, tmMad), id);
    }
  });
  for (const [id] of defaults) await mkdir(`${config.datastoreLocation}/${id}`, { recursive: true, mode: 0o755 });
}

async function createAdministrator(store: Store, config: Config): Promise<void> {
  const { password, made } = await administratorPassword(config);
  const passwordHash = await hashPassword(password);
  const begun = await store.transaction(async (tx) => {
    if ((await tx.users.find(0)) !== undefined) return false; // another node has just begun
    const group = (name: string) => (id: number) => ({ id, name, admins: [], template: [] }) satisfies Group;
    await tx.groups.allocate(group('oneadmin'), ONEADMIN_GROUP);
    await tx.groups.allocate(group('users'), USERS_GROUP);
    await tx.users.allocate(
      (): User => ({
        id: 0,
        name: 'oneadmin',
        gid: 0,
        gname: 'oneadmin',
        groups: [0],
        passwordHash,
        authDriver: 'core',
        enabled: true,
        template: [],
      }),
      0,
    );
    // only now: a rule that an administrator has removed does not come back
    for (const rule of BOOTSTRAP_RULES) await tx.rules.allocate((id) => ({ id, ...rule }));
    return true;
  });
  if (!begun && made) await rm(authFile(config)); // nobody has that password
}

/** The password an administrator has put into the credentials file, or a new one that is written there. */
async function administratorPassword(config: Config): Promise<{ password: string; made: boolean }> {
  const file = authFile(config);
  try {
    const given = /^oneadmin:(.+)$/.exec((await readFile(file, 'utf8')).trim())?.[1];
    if (given !== undefined) return { password: given, made: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const password = randomBytes(16).toString('hex');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `oneadmin:${password}\n`, { mode: 0o600 });
  return { password, made: true };
}

function datastore(
  config: Config,
  id: number,
  name: string,
  type: DatastoreType,
  dsMad: string,
  tmMad: string,
): Datastore {
  const permissions = permissionsFromOctet(0o644);
  const head = { id, name, uid: 0, gid: ONEADMIN_GROUP, uname: 'oneadmin', gname: 'oneadmin', permissions };
  return newDatastore(head, {
    type,
    dsMad,
    tmMad,
    location: config.datastoreLocation,
    clusters: [DEFAULT_CLUSTER],
    template: [...(dsMad === '' ? [] : [['DS_MAD', dsMad] as [string, string]]), ['TM_MAD', tmMad]],
  });
}
