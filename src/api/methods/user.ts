// one.user.* and one.userpool.*: accounts, who may log in and how. Groups and quotas have files of their own.
import { randomBytes } from 'node:crypto';
import { requireRight } from '../../access/authorize.ts';
import { checkOperationLists } from '../../access/operation-classes.ts';
import { hashPassword } from '../../access/password.ts';
import { refuseRestricted } from '../../access/restricted.ts';
import { newTarget } from '../../access/targets.ts';
import { readScopes } from '../../access/token-scope.ts';
import { changeTokens, makeToken, TOKEN_BYTES } from '../../access/token.ts';
import { umaskOf } from '../../access/umask.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { checkUserName } from '../../model/names.ts';
import { CORE_DRIVER, PUBLIC_DRIVER, USERS_GROUP, type Group, type User } from '../../model/user.ts';
import { nowSec } from '../../vm/parts.ts';
import { defaultQuotasXml } from '../../wire/documents/quota.ts';
import { belongings } from '../belongings.ts';
import { endGroupAdmin } from '../group-admins.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized } from '../noun.ts';
import { GROUP, USER } from '../nouns/people.ts';
import { authorizedCredentials, authorizedUser, protectAdministrator } from '../nouns/user-right.ts';
import { document, updateMethod } from '../owned.ts';
import { poolDocument } from '../pool.ts';
import { defaultQuotas } from '../quotas.ts';
import { forgetRules } from '../rules.ts';

export const userMethods: MethodTable = {
  'one.user.allocate': method(['string', 'string', ['string', CORE_DRIVER], ['int[]', []]], allocate),
  'one.user.delete': method(['int'], remove),
  'one.user.passwd': method(['int', 'string'], async (call, given, password) => {
    const id = given === -1 ? call.user.id : given;
    const user = await authorizedCredentials(call, id);
    if (user.authDriver !== CORE_DRIVER) {
      throw new OneError(
        CODE.ACTION,
        `User [${id}] (${user.name}) has AUTH_DRIVER ${user.authDriver}: OneVault keeps no password of it that could be changed.`,
      );
    }
    const passwordHash = await hashPassword(checkPassword(password, CODE.ACTION));
    await call.parts.store.users.update(id, (record) => {
      record.passwordHash = passwordHash;
      if (record.tokens) record.tokens = record.tokens.filter(({ session }) => !session); // whoever signed in with the old one
    });
    return id;
  }),
  'one.user.chauth': method(['int', 'string', ['string', '']], async (call, id, driver, password) => {
    const user = await authorizedUser(call, id, 'ADMIN');
    checkDriver(call, driver, CODE.ACTION);
    if (id === 0 && driver !== CORE_DRIVER) {
      throw new OneError(
        CODE.ACTION,
        `User [0] (oneadmin) cannot have AUTH_DRIVER ${driver}: it must be core, or nobody might get in.`,
      );
    }
    const kept = password === '' && driver === CORE_DRIVER && user.passwordHash !== '';
    const passwordHash = kept ? user.passwordHash : await credentials(driver, password, CODE.ACTION);
    await call.parts.store.users.update(id, (record) => {
      Object.assign(record, { authDriver: driver, passwordHash });
      delete record.subject; // an administrator vouches for whoever comes next
      if (driver !== CORE_DRIVER) record.tokens = [];
    });
    return id;
  }),
  'one.user.login': method(['string', 'string', 'int', ['int', -1], ['string', '']], login),
  'one.user.enable': method(['int', 'boolean'], async (call, id, enable) => {
    await authorizedUser(call, id, 'ADMIN');
    if (id === 0 && !enable) throw new OneError(CODE.ACTION, 'User [0] (oneadmin) cannot be disabled.');
    await call.parts.store.users.update(id, (record) => void (record.enabled = enable));
    return id;
  }),
  'one.user.info': method(
    [
      ['int', -1],
      ['boolean', false],
    ],
    async (call, id, decrypt) => {
      const user = await authorized(call, USER, id === -1 ? call.user.id : id, 'USE');
      return document(call, USER, user, decrypt);
    },
  ),
  ...updateMethod(USER, (call, before, template) => {
    protectAdministrator(call, before);
    if (!call.caller.admin) refuseRestricted('USER', template, before.template);
    checkOperationLists(template);
    umaskOf(template);
  }),
  'one.userpool.info': method([], async (call) => {
    const end = defaultQuotasXml('user', await defaultQuotas(call.parts.store, 'user'));
    return poolDocument(call, USER, 'USER_POOL', {}, undefined, end);
  }),
};

/** The first group is the primary one. Without one it is `users`, or the caller's own when she may make users there alone. */
async function allocate(call: Call, name: string, password: string, driver: string, gids: number[]): Promise<number> {
  const wanted = gids.length > 0 ? [...new Set(gids)] : [call.caller.admin ? USERS_GROUP : call.user.gid];
  for (const gid of wanted) requireRight(call.caller, 'CREATE', newTarget('USER', { uid: -1, gid }));
  const groups: Group[] = [];
  for (const gid of wanted) {
    groups.push(
      gids.length > 0 ? await authorized(call, GROUP, gid, 'MANAGE') : await call.parts.store.groups.get(gid),
    );
  }
  const [primary] = groups;
  if (primary === undefined) throw new OneError(CODE.INTERNAL, 'A user must be in a group.');
  checkUserName(name);
  const authDriver = checkDriver(call, driver === '' ? CORE_DRIVER : driver, CODE.ALLOCATE);
  const passwordHash = await credentials(authDriver, password, CODE.ALLOCATE);
  const user = await call.parts.store.users.allocate((id) => ({
    id,
    name,
    gid: primary.id,
    gname: primary.name,
    groups: wanted,
    passwordHash,
    authDriver,
    enabled: true,
    template: [],
  }));
  return user.id;
}

async function remove(call: Call, id: number): Promise<number> {
  const user = await authorizedUser(call, id, 'ADMIN');
  if (id === 0) throw new OneError(CODE.ACTION, 'User [0] (oneadmin) cannot be deleted.', { objectId: id });
  await call.parts.store.transaction(async (tx) => {
    const left = await belongings(tx, { uid: id });
    if (left !== '') {
      throw new OneError(CODE.ACTION, `User [${id}] (${user.name}) still owns ${left}.`, {
        objectId: id,
        hint: 'Delete them, or give them to somebody else (chown).',
      });
    }
    for (const group of await tx.groups.list()) await endGroupAdmin(tx, group.id, id);
    await tx.users.remove(id);
    await forgetRules(tx, 'USER', id);
  });
  return id;
}

/** Makes a login token, gives one another term, or revokes it (0 seconds; no token: all). Answers with the token. */
async function login(
  call: Call,
  ...[name, given, validSec, egid, scope]: [string, string, number, number, string]
): Promise<string> {
  const { store, clock } = call.parts;
  const scopes = readScopes(scope);
  const [named] = await store.users.list({ name });
  if (!named && call.caller.admin) throw new OneError(CODE.NO_EXISTS, `Error getting user "${name}".`);
  const { id } = await authorizedCredentials(call, named?.id ?? -1).catch((error: unknown) => {
    const refused = error instanceof OneError && error.code === CODE.AUTHORIZATION && named?.id !== call.user.id;
    throw refused ? notHers(call, name) : error;
  });
  const token = given === '' && validSec !== 0 ? makeToken(randomBytes(TOKEN_BYTES)) : given;
  await store.users.update(id, (user) => {
    // clients are shown the hash of a token, so that is how they name the one to revoke
    const rest = user.tokens?.filter(({ hash }) => hash !== token);
    const byHash = validSec === 0 && rest !== undefined && rest.length !== user.tokens?.length;
    user.tokens = byHash ? rest : changeTokens(user, { token, validSec, egid, scopes }, nowSec(clock));
  });
  return token;
}

/** Without an id, which would tell that there is somebody of that name. */
function notHers({ user }: Call, name: string): OneError {
  return new OneError(CODE.AUTHORIZATION, `User [${user.id}] : Not authorized to perform ADMIN USER "${name}".`);
}

function checkDriver({ authDrivers }: Call, driver: string, code: typeof CODE.ALLOCATE | typeof CODE.ACTION): string {
  const drivers = authDrivers ?? [CORE_DRIVER, PUBLIC_DRIVER];
  if (drivers.includes(driver)) return driver;
  const known = drivers.join(' or ');
  throw new OneError(code, `AUTH_DRIVER "${driver}" is not offered; it must be ${known}.`);
}

/** What is kept of a password; nobody has one who cannot log in. */
async function credentials(
  driver: string,
  password: string,
  code: typeof CODE.ALLOCATE | typeof CODE.ACTION,
): Promise<User['passwordHash']> {
  return driver === CORE_DRIVER ? hashPassword(checkPassword(password, code)) : '';
}

function checkPassword(password: string, code: typeof CODE.ALLOCATE | typeof CODE.ACTION): string {
  if (password !== '') return password;
  throw new OneError(code, 'The password is empty; give one.');
}
