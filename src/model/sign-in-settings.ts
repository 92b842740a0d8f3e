// Who may sign in with what, as the configuration says it: the LDAP server that knows passwords, the OpenID Connect provider that people are
// sent to, and what is made of their groups.

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

export const OIDC_CLIENT_AUTHS = ['BASIC', 'POST'] as const;
/** How the client's secret goes to the provider: in a header, or in the body. */
export type OidcClientAuth = (typeof OIDC_CLIENT_AUTHS)[number];

/** Who has it in the claim of groups is in a group of OneVault. */
export interface OidcGroup {
  name: string;
  gid: number;
}

export interface OidcSettings {
  issuer: string;
  clientId: string;
  /** Undefined for a client without a secret. */
  clientSecretFile: string | undefined;
  clientAuth: OidcClientAuth;
  /** As they are sent, with spaces between. */
  scopes: string;
  /** Claim that holds the user name. */
  userClaim: string;
  /** Claim that holds the names of groups. */
  groupsClaim: string;
  /** Name of a group that users must be in. */
  group: string | undefined;
  /** Whether somebody whom OneVault does not know yet becomes a user when she signs in. */
  makeUsers: boolean;
  /** What the button of the sign-in page names. */
  name: string;
  /** Origin at which browsers reach the console. */
  publicUrl: string;
  /** Certificates of who may have signed the provider's; undefined for those that Node.js trusts. */
  caFile: string | undefined;
  timeoutSec: number;
  groups: OidcGroup[];
}

export interface SignInSettings {
  ldap: LdapSettings | undefined;
  oidc?: OidcSettings | undefined;
}
