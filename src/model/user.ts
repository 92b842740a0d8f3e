// Users and groups. Passwords and login tokens are kept only as hashes.
import type { Attributes } from './attributes.ts';
import type { QuotaLimits } from './quota.ts';
import type { Scope } from './token-scope.ts';

export const ONEADMIN_GROUP = 0;
export const USERS_GROUP = 1;

export const CORE_DRIVER = 'core';
export const LDAP_DRIVER = 'ldap';
/** Signs in elsewhere, and has no password here. */
export const OIDC_DRIVER = 'oidc';
/** Has no password. */
export const PUBLIC_DRIVER = 'public';

/** Takes the place of the password until it expires. */
export interface LoginToken {
  /** SHA-256 of the token in hex: it is long and random, so a fast hash is enough. */
  hash: string;
  /** Epoch seconds, -1 for never. */
  expires: number;
  /** The only group that is in effect with this token; -1 for all of the user's. */
  egid: number;
  /** All that it is good for, of what the user may; everything without. */
  scopes?: Scope[];
  /** It is a session of the web console. */
  session?: true;
  /** Of a session: when its owner did something with it, in epoch seconds. */
  usedAt?: number;
}

export interface User {
  id: number;
  name: string;
  /** Primary group. */
  gid: number;
  gname: string;
  /** All groups, the primary one included. */
  groups: number[];
  /** `scrypt$N$r$p$salt$hash`, base64 parts. */
  passwordHash: string;
  /** `core` knows a password, `ldap` asks a directory, `oidc` signs in at a provider; `public` has none and cannot log in. */
  authDriver: string;
  /** Who she is to an OpenID Connect provider, once she has signed in there: its names may pass from one to another, this does not. */
  subject?: string;
  enabled: boolean;
  tokens?: LoginToken[];
  quotas?: QuotaLimits[];
  template: Attributes;
}

export interface Group {
  id: number;
  name: string;
  /** Users that may administer the group's. */
  admins: number[];
  quotas?: QuotaLimits[];
  template: Attributes;
}
