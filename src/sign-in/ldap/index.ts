// AUTH_DRIVER=ldap: the directory is asked for the user's entry, and whether it lets that entry in with the password. Names and DNs go to it
// as values, never as text of a filter.
import { EqualityFilter, InvalidCredentialsError, NoSuchObjectError, type Client, type Entry } from 'ldapts';
import { reasonOf, CODE, OneError } from '../../model/errors.ts';
import type { LdapSettings } from '../../model/sign-in-settings.ts';
import type { Known, PasswordDriver } from '../password-driver.ts';
import { connected, servicePassword } from './connection.ts';

const REMEMBER_MS = 60_000;
/** Enough to see that a name is not one person's. */
const TWO = 2;

export class LdapPasswords implements PasswordDriver {
  readonly rememberMs = REMEMBER_MS;
  readonly makesUsers: boolean;
  readonly #settings: LdapSettings;

  constructor(settings: LdapSettings) {
    this.#settings = settings;
    this.makesUsers = settings.makeUsers;
  }

  async check(name: string, password: string): Promise<Known | undefined> {
    // a server takes a bind with an empty password for one of nobody, and lets it in
    if (password === '' || name === '') return undefined;
    try {
      return await connected(this.#settings, async (client) => {
        await this.#bindAccount(client);
        const entry = await this.#find(client, name);
        if (!entry || !(await this.#letsIn(entry.dn, password))) return undefined;
        return await this.#groupsOf(client, entry);
      });
    } catch (error) {
      throw error instanceof OneError ? error : this.#cannot(reasonOf(error), error);
    }
  }

  async #bindAccount(client: Client): Promise<void> {
    const { account } = this.#settings;
    if (!account) return;
    try {
      await client.bind(account.dn, await servicePassword(account.passwordFile));
    } catch (error) {
      if (!(error instanceof InvalidCredentialsError)) throw error;
      throw this.#cannot(`it refuses LDAP/USER "${account.dn}" with the password in ${account.passwordFile}`, error);
    }
  }

  async #find(client: Client, name: string): Promise<Entry | undefined> {
    const { base, userField, userGroupField } = this.#settings;
    const { searchEntries } = await client.search(base, {
      scope: 'sub',
      filter: new EqualityFilter({ attribute: userField, value: name }),
      attributes: userGroupField === 'dn' ? [userField] : [userField, userGroupField],
      sizeLimit: TWO,
    });
    const [entry, another] = searchEntries;
    if (another) throw this.#cannot(`two entries below "${base}" have ${userField} "${name}"`);
    // directories do not tell ANN from ann, users' names do: she would become two users
    return entry && valuesOf(entry, userField).includes(name) ? entry : undefined;
  }

  /** On a connection of its own, so that nothing is ever looked up with the user's rights. */
  #letsIn(dn: string, password: string): Promise<boolean> {
    return connected(this.#settings, async (client) => {
      try {
        await client.bind(dn, password);
        return true;
      } catch (error) {
        if (error instanceof InvalidCredentialsError) return false;
        throw error;
      }
    });
  }

  /** Undefined when she is not in the group that everybody must be in. */
  async #groupsOf(client: Client, entry: Entry): Promise<Known | undefined> {
    const { group, groups } = this.#settings;
    if (group !== undefined && !(await this.#isMember(client, group, entry))) return undefined;
    const member: number[] = [];
    for (const { dn, gid } of groups) if (await this.#isMember(client, dn, entry)) member.push(gid);
    return { groups: { managed: groups.map(({ gid }) => gid), member } };
  }

  async #isMember(client: Client, dn: string, entry: Entry): Promise<boolean> {
    const { groupField, userGroupField } = this.#settings;
    const names = userGroupField === 'dn' ? [entry.dn] : valuesOf(entry, userGroupField);
    for (const value of names) {
      const filter = new EqualityFilter({ attribute: groupField, value });
      if (await this.#finds(client, dn, filter)) return true;
    }
    return false;
  }

  async #finds(client: Client, dn: string, filter: EqualityFilter): Promise<boolean> {
    try {
      const { searchEntries } = await client.search(dn, { scope: 'base', filter, attributes: ['1.1'] });
      return searchEntries.length > 0;
    } catch (error) {
      if (!(error instanceof NoSuchObjectError)) throw error;
      throw this.#cannot(`it has no group "${dn}", which LDAP/GROUP or LDAP_GROUP/DN names`, error);
    }
  }

  #cannot(why: string, cause?: unknown): OneError {
    const { host, port } = this.#settings;
    return new OneError(
      CODE.AUTHENTICATION,
      `The password could not be checked with LDAP at ${host}:${port}: ${why}.`,
      {
        ...{ retry: true, cause },
        hint: 'Nobody is let in until that is put right; users of AUTH_DRIVER core and login tokens are not concerned.',
      },
    );
  }
}

function valuesOf(entry: Entry, attribute: string): string[] {
  const key = Object.keys(entry).find((name) => name.toLowerCase() === attribute.toLowerCase());
  const value = key === undefined ? [] : entry[key];
  return (Array.isArray(value) ? value : [value]).map(String);
}
