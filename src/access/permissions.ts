// Whether a user may use, manage or administer an object by its permission bits. Pure.
import { CODE, OneError } from '../model/errors.ts';
import type { Owned, Permissions } from '../model/permissions.ts';
import type { User } from '../model/user.ts';

export type Right = 'USE' | 'MANAGE' | 'ADMIN';

const BITS: Record<Right, [owner: keyof Permissions, group: keyof Permissions, other: keyof Permissions]> = {
  USE: ['ownerU', 'groupU', 'otherU'],
  MANAGE: ['ownerM', 'groupM', 'otherM'],
  ADMIN: ['ownerA', 'groupA', 'otherA'],
};

/** Members of the oneadmin group may do everything. */
export function isAdmin(user: Pick<User, 'id' | 'gid' | 'groups'>): boolean {
  return user.id === 0 || user.gid === 0 || user.groups.includes(0);
}

export function may(user: Pick<User, 'id' | 'gid' | 'groups'>, object: Owned, right: Right): boolean {
  if (isAdmin(user)) return true;
  const [owner, group, other] = BITS[right];
  const { permissions } = object;
  if (user.id === object.uid && permissions[owner]) return true;
  if ((user.gid === object.gid || user.groups.includes(object.gid)) && permissions[group]) return true;
  return permissions[other];
}

/** Throws OpenNebula's authorization error when the user lacks the right on the object. */
export function need(user: User, object: Owned, right: Right, label: string): void {
  if (may(user, object, right)) return;
  throw new OneError(
    CODE.AUTHORIZATION,
    `User [${user.id}] : Not authorized to perform ${right} ${label} [${object.id}].`,
    {
      objectId: object.id,
    },
  );
}

/** Throws OpenNebula's authorization error for everybody outside the oneadmin group. */
export function needAdmin(user: User, what: string): void {
  if (isAdmin(user)) return;
  throw new OneError(CODE.AUTHORIZATION, `User [${user.id}] : Not authorized to perform ${what}.`);
}
