// Who may sign in with what, as the configuration says it: the LDAP server that knows passwords, and what is made of its groups.

export const LDAP_ENCRYPTIONS = ['NONE', 'STARTTLS', 'LDAPS'] as const;
export type LdapEncryption = (typeof LDAP_ENCRYPTIONS)[number];

/** Members of a group of the directory are in a group of OneVault. */
export interface LdapGroup {
  dn: string;
  gid: number;
}

export interface LdapSettings {
  host: string;
  port: number;
  encryption: LdapEncryption;
  /** Certificates of who may have signed the server's; undefined for those that Node.js trusts. */
  caFile: string | undefined;
  /** Users are looked for below it. */
  base: string;
  /** Attribute that holds the user name. */
  userField: string;
  /** DN of a group that users must be in. */
  group: string | undefined;
  /** Attribute of a group that names its members. */
  groupField: string;
  /** What it names them by: `dn`, or an attribute of the user. */
  userGroupField: string;
  /** Account that looks users up; undefined to ask as nobody. */
  account: { dn: string; passwordFile: string } | undefined;
  /** Whether somebody whom OneVault does not know yet becomes a user when she signs in. */
  makeUsers: boolean;
  groups: LdapGroup[];
  timeoutSec: number;
}

export interface SignInSettings {
  ldap: LdapSettings | undefined;
}
