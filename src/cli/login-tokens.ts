// token-create (login), token-delete and token-delete-all of oneuser. A token takes the place of the password until it expires.
import type { Client } from './client.ts';
import { argument, type Family } from './family.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { idOf, NOUN } from './lookup.ts';
import { authFile, removeCredentials, writeCredentials } from './token-file.ts';

const ALL_GROUPS = -1;
const TEN_HOURS_SEC = '36000';

interface CreateOptions {
  time?: string;
  group?: string;
  scope?: string;
  global?: boolean;
  force?: boolean;
}

const CREATE_OPTIONS = [
  ['--time <seconds>', 'how long the token is good, -1 for ever; 36000 by default'],
  ['--group <group>', 'the token is good for what this group may do, by id or name'],
  [
    '--scope <scopes>',
    'the token is good for reading alone (read), for backups (backup), for restores (restore) as well',
  ],
  ['--global', 'the token is good for all groups of the user; the default'],
  ['--force', 'replace the credentials that are in ~/.one/one_auth'],
] as const;

/** Adds the commands. */
export function addTokenCommands(family: Family): void {
  family.add<CreateOptions>(
    {
      usage: 'token-create [username]',
      description: 'Make a login token, print it and write it to ~/.one/one_auth; for yourself without a username',
      options: CREATE_OPTIONS,
      aliases: ['login'],
    },
    async ({ client, io }, [username = callerOf(client)], given) => {
      const scope = given.scope === undefined ? [] : [given.scope];
      const asked = [username, '', validSeconds(given), await groupOf(client, given), ...scope];
      const token = await client.text('user.login', ...asked);
      keep(io, `${username}:${token}`, given.force ?? false);
    },
  );
  family.add(
    {
      usage: 'token-delete <username|token> [token]',
      description: 'Make a token worthless, named by how it begins (oneuser show); and forget it in ~/.one/one_auth',
    },
    async ({ client, io }, args) => {
      const given = args.length > 1 ? args[0] : undefined;
      const username = given ?? callerOf(client);
      const token = await wholeToken(client, given, argument(args, args.length - 1));
      await client.call('user.login', username, token, 0, ALL_GROUPS);
      io.write('Token removed.\n');
      if (removeCredentials(authFile(io.home), username, token)) io.write(`File ${authFile(io.home)} removed.\n`);
    },
  );
  family.add(
    { usage: 'token-delete-all [username]', description: 'Make all tokens of a user worthless' },
    async ({ client }, [username = callerOf(client)]) => {
      await client.call('user.login', username, '', 0, ALL_GROUPS);
    },
  );
}

/** The name in the session string. */
function callerOf(client: Client): string {
  return client.connection.session.split(':', 1)[0] ?? '';
}

function validSeconds({ time = TEN_HOURS_SEC }: CreateOptions): number {
  const seconds = /^(-1|[1-9]\d{0,9})$/.test(time) ? Number(time) : 0;
  if (seconds === 0) throw new Failure(`--time ${time} is neither a number of seconds above 0 nor -1 for ever.`);
  return seconds;
}

async function groupOf(client: Client, { group, global }: CreateOptions): Promise<number> {
  if (group === undefined) return ALL_GROUPS;
  if (global) throw new Failure('A token is either for one group (--group) or for all (--global).');
  return idOf(client, NOUN.group, group);
}

/** Writes the credentials to the file and says where they are. */
function keep(io: Io, credentials: string, force: boolean): void {
  const file = authFile(io.home);
  const written = writeCredentials(file, credentials, force);
  io.write(written ? `File ${file} written.\n` : `File ${file} exists, use --force to overwrite.\n`);
  io.write(`Authentication Token is:\n${credentials}\n`);
}

/** The user's only token that begins so; what was given when the server shows no such token. */
async function wholeToken(client: Client, username: string | undefined, given: string): Promise<string> {
  const id = username === undefined ? -1 : await idOf(client, NOUN.user, username);
  const user = await client.document('user.info', id, false);
  const tokens = user.children('LOGIN_TOKEN/TOKEN').map(({ text }) => text);
  const [match, other] = tokens.filter((token) => token.startsWith(given));
  if (other !== undefined) throw new Failure(`Several tokens begin with ${given}; give more of the one you mean.`);
  return match ?? given;
}
