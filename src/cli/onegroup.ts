// The onegroup command.
import { reasonOf } from '../model/errors.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { ruleWords } from './acl-text.ts';
import { argument, Family, forEachId, type Session } from './family.ts';
import { groupListing, groupText } from './group-show.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { newPassword } from './new-password.ts';
import { addDelete, addUpdate } from './object-commands.ts';
import { addQuotaCommands } from './quota-commands.ts';

/** The id that stands for the caller's own group. */
const OWN = -1;

export function onegroup(io: Io): Family {
  const family = new Family('onegroup', 'Groups of users, their administrators and quotas', io);
  addCreate(family);
  addList(family, groupListing);
  addShow(
    family,
    '[group]',
    async ({ client }, given) =>
      client.document('group.info', given === '' ? OWN : await idOf(client, NOUN.group, given), false),
    (_session, group) => groupText(group),
  );
  addDelete(family, NOUN.group);
  addUpdate(family, NOUN.group);
  addAdminCommand(family, 'addadmin', 'Let a user administer groups', 'admin added');
  addAdminCommand(family, 'deladmin', 'Do not let a user administer groups any more', 'admin deleted');
  addQuotaCommands(family, NOUN.group);
  return family;
}

/** What members may create when nothing else is said. */
const RESOURCES = 'VM+IMAGE+TEMPLATE+DOCUMENT+SECGROUP+VROUTER+VMGROUP+BACKUPJOB';
const ADMIN_VIEW = 'groupadmin';

interface CreateOptions {
  resources?: string;
  admin_user?: string;
  admin_driver?: string;
}

const CREATE_OPTIONS = [
  ['-r, --resources <kinds>', `what the members may create, ${RESOURCES} by default`],
  ['-u, --admin_user <name>', 'a new user that administers the group; its password is asked for, or read from stdin'],
  ['-d, --admin_driver <driver>', 'how that user proves who it is, core by default'],
] as const;

function addCreate(family: Family): void {
  family.add<CreateOptions>(
    {
      usage: 'create <name>',
      description: 'Create a group, and the rule by which its members may create what they need',
      options: CREATE_OPTIONS,
    },
    async (session, args, given) => {
      const { client, io } = session;
      // Asked for before anything is made, so that giving up leaves nothing behind.
      const password = given.admin_user === undefined ? '' : await newPassword(io, undefined, {});
      const group = Number(await client.text('group.allocate', argument(args, 0)));
      await orUndo(
        io,
        () => furnish(session, group, given, password),
        () => client.call('group.delete', group),
      );
      io.write(`ID: ${group}\n`);
    },
  );
}

async function furnish(session: Session, group: number, given: CreateOptions, password: string): Promise<void> {
  const { client } = session;
  const rule = `@${group} ${given.resources ?? RESOURCES}/* CREATE *`;
  await client.call('acl.addrule', ...ruleWords([rule]));
  await client.call('group.update', group, formatTemplate([['SUNSTONE', VIEWS]]), 1);
  if (given.admin_user === undefined) return;
  const user = Number(
    await client.text('user.allocate', given.admin_user, password, given.admin_driver ?? 'core', [group]),
  );
  await orUndo(
    session.io,
    () => client.call('group.addadmin', group, user),
    () => client.call('user.delete', user),
  );
}

const VIEWS: Array<[string, string]> = [
  ['GROUP_ADMIN_VIEWS', ADMIN_VIEW],
  ['GROUP_ADMIN_DEFAULT_VIEW', ADMIN_VIEW],
];

/** Does a step; when it fails, undoes the one before and fails with the step's own reason. */
async function orUndo(io: Io, step: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    try {
      await undo();
    } catch (second) {
      // Said as well, but what went wrong first is what the command fails with.
      io.warn(`What was made before could not be removed again: ${reasonOf(second)}`);
    }
    throw error;
  }
}

function addAdminCommand(family: Family, name: string, description: string, doneText: string): void {
  family.add({ usage: `${name} <groups> <user>`, description }, async (session, args) => {
    const user = await idOf(session.client, NOUN.user, argument(args, 1));
    await forEachId(session, NOUN.group, argument(args, 0), doneText, (id) =>
      session.client.call(`group.${name}`, id, user),
    );
  });
}

if (import.meta.main) process.exitCode = await onegroup(processIo()).main(process.argv.slice(2));
