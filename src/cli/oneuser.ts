// The oneuser command.
import { formatTemplate } from '../wire/template-text.ts';
import { attributesOf } from '../wire/template-xml.ts';
import type { Client } from './client.ts';
import { argument, done, Family, forEachId } from './family.ts';
import { Failure } from './failure.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { addTokenCommands } from './login-tokens.ts';
import { idOf, idsOf, NOUN } from './lookup.ts';
import { newPassword, PASSWORD_OPTIONS, type PasswordOptions } from './new-password.ts';
import { addCall, addDelete, addUpdate } from './object-commands.ts';
import { addQuotaCommands } from './quota-commands.ts';
import { userListing } from './user-list.ts';
import { tokenGroups, userText } from './user-show.ts';

/** The id that stands for the one who calls. */
const SELF = -1;

export function oneuser(io: Io): Family {
  const family = new Family('oneuser', 'Users, their groups, passwords and quotas', io);
  addCreate(family);
  addList(family, userListing);
  addShow(
    family,
    '[user]',
    async ({ client }, given) => client.document('user.info', await userOrSelf(client, given), false),
    async ({ client }, user) =>
      userText(user, Math.trunc(io.now() / 1000), await groupNames(client, tokenGroups(user))),
  );
  addDelete(family, NOUN.user);
  addUpdate(family, NOUN.user);
  addCall(family, NOUN.user, 'enable', 'Let users log in', 'enabled', { params: [true] });
  addCall(family, NOUN.user, 'disable', 'Keep users from logging in', 'disabled', { verb: 'enable', params: [false] });
  addPassword(family);
  addAuthentication(family);
  addGroupCommand(family, 'chgrp', 'Change the primary group', 'group changed');
  addGroupCommand(family, 'addgroup', 'Add to a secondary group', 'group added');
  addGroupCommand(family, 'delgroup', 'Take out of a secondary group', 'group deleted');
  addUmask(family);
  addQuotaCommands(family, NOUN.user);
  addTokenCommands(family);
  return family;
}

async function userOrSelf(client: Client, given: string): Promise<number> {
  return given === '' ? SELF : idOf(client, NOUN.user, given);
}

/** Names by id; nothing is asked for when no id is. */
async function groupNames(client: Client, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const pool = await client.document(NOUN.group.pool);
  return new Map(pool.children(NOUN.group.element).map((group) => [group.textOf('ID'), group.textOf('NAME')]));
}

interface CreateOptions extends PasswordOptions {
  driver?: string;
  group?: string;
}

const DRIVER_OPTION = [
  '--driver <driver>',
  'how the user proves who it is: core, by its password; ldap, by one that a directory knows; oidc, at a provider',
] as const;

/** OneVault keeps no password of users of these drivers. */
const WITHOUT_PASSWORD = ['public', 'ldap', 'oidc'];

function addCreate(family: Family): void {
  const options = [
    ...PASSWORD_OPTIONS,
    DRIVER_OPTION,
    ['--group <groups>', 'groups by id or name; the first is the primary one'],
  ] as const;
  family.add<CreateOptions>(
    {
      usage: 'create <username> [password]',
      description: 'Create a user; a password not given is asked for, or read from stdin',
      options,
    },
    async ({ client, io }, args, given) => {
      const { driver = 'core' } = given;
      const groups = given.group === undefined ? [] : await idsOf(client, NOUN.group, given.group);
      const password =
        WITHOUT_PASSWORD.includes(driver) && args[1] === undefined ? '' : await newPassword(io, args[1], given);
      io.write(`ID: ${await client.text('user.allocate', argument(args, 0), password, driver, groups)}\n`);
    },
  );
}

function addPassword(family: Family): void {
  family.add<PasswordOptions>(
    {
      usage: 'passwd [user] [password]',
      description: 'Change a password, your own without a user; a password not given is asked for, or read from stdin',
      options: PASSWORD_OPTIONS,
    },
    async (session, [user = '', password], given) => {
      const id = await userOrSelf(session.client, user);
      await session.client.call('user.passwd', id, await newPassword(session.io, password, given));
      done(session, NOUN.user, id, 'password changed');
    },
  );
}

function addAuthentication(family: Family): void {
  family.add<PasswordOptions & { driver?: string }>(
    {
      usage: 'chauth <user> [driver] [password]',
      description: 'Change how a user proves who it is, and the password; without one it stays as it is',
      options: [...PASSWORD_OPTIONS, DRIVER_OPTION],
    },
    async (session, args, given) => {
      const driver = given.driver ?? args[1];
      if (driver === undefined)
        throw new Failure('Say how: core, ldap, oidc, or public for a user that cannot log in.');
      const id = await idOf(session.client, NOUN.user, argument(args, 0));
      const password = args[2] === undefined && !given.readFile ? '' : await newPassword(session.io, args[2], given);
      await session.client.call('user.chauth', id, driver, password);
      done(session, NOUN.user, id, 'authentication driver changed');
    },
  );
}

function addGroupCommand(family: Family, name: string, description: string, doneText: string): void {
  family.add({ usage: `${name} <users> <group>`, description }, async (session, args) => {
    const group = await idOf(session.client, NOUN.group, argument(args, 1));
    await forEachId(session, NOUN.user, argument(args, 0), doneText, (id) =>
      session.client.call(`user.${name}`, id, group),
    );
  });
}

function addUmask(family: Family): void {
  const description =
    'Set which permissions new objects of users do not get, 177 for none but the owner; without a mask the default holds';
  family.add({ usage: 'umask <users> [mask]', description }, async (session, args) => {
    const { client } = session;
    const [, mask = ''] = args;
    if (!/^[0-7]{0,3}$/.test(mask) || mask.length % 3 !== 0) {
      throw new Failure(`The mask "${mask}" is not three octal digits such as 177.`);
    }
    await forEachId(session, NOUN.user, argument(args, 0), 'umask changed', async (id) => {
      if (mask !== '') return client.call('user.update', id, formatTemplate([['UMASK', mask]]), 1);
      return client.call('user.update', id, await templateWithoutMask(client, id), 0);
    });
  });
}

async function templateWithoutMask(client: Client, id: number): Promise<string> {
  const template = (await client.document('user.info', id, false)).child('TEMPLATE');
  const attributes = template ? attributesOf(template) : [];
  return formatTemplate(attributes.filter(([name]) => name !== 'UMASK'));
}

if (import.meta.main) process.exitCode = await oneuser(processIo()).main(process.argv.slice(2));
