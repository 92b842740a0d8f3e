// Whose new objects are, and their permission bits: all that make sense for whoever makes them, less those of the umask. Pure.
import { text, type Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { permissionsFromOctet, type Owned, type Permissions } from '../model/permissions.ts';
import { ONEADMIN_GROUP, type User } from '../model/user.ts';

/** As three octal digits; UMASK in a user's template takes its place. */
export const DEFAULT_UMASK = '177';

const PRIVATE = 0o600;
const EVERYTHING = 0o777;
const NO_ADMIN = 0o666;

/** Backup images are their owner's alone, whatever the umask. ADMIN bits are given only by administrators. */
export function newPermissions(
  user: Pick<User, 'id' | 'gid' | 'template'>,
  { image }: { image?: 'backup' } = {},
): Permissions {
  if (image === 'backup') return permissionsFromOctet(PRIVATE);
  const all = user.id === 0 || user.gid === ONEADMIN_GROUP ? EVERYTHING : NO_ADMIN;
  return permissionsFromOctet(all & ~umaskOf(user.template));
}

/** Whose a new object is, and its permissions: those of the user who makes it. */
export function ownedBy(user: User): Pick<Owned, 'uid' | 'gid' | 'uname' | 'gname' | 'permissions'> {
  const { id, gid, name, gname } = user;
  return { uid: id, gid, uname: name, gname, permissions: newPermissions(user) };
}

/** The umask of a user; throws when the template has one that is none. */
export function umaskOf(template: Attributes): number {
  const given = text(template, 'UMASK') ?? DEFAULT_UMASK;
  if (/^[0-7]{3}$/.test(given)) return Number.parseInt(given, 8);
  throw new OneError(CODE.ACTION, `UMASK="${given}" is not right; it must be three octal digits, such as 177.`);
}
