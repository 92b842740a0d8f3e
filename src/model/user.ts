// Users and groups. Passwords are kept only as a salted, slow hash.
import type { Attributes } from './attributes.ts';

export interface User {
  id: number;
  name: string;
  gid: number;
  gname: string;
  groups: number[];
  /** `scrypt$N$r$p$salt$hash`, base64 parts. */
  passwordHash: string;
  authDriver: string;
  enabled: boolean;
  template: Attributes;
}

export interface Group {
  id: number;
  name: string;
  users: number[];
  admins: number[];
  template: Attributes;
}
