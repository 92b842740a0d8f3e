// The way to a user's account. Whoever may administer the users of a group may not by that take over an administrator who
// happens to be among them, and what somebody got for one group may not become a way to all.
import { CODE, OneError } from '../../model/errors.ts';
import { ONEADMIN_GROUP, type User } from '../../model/user.ts';
import type { Operation } from '../../access/authorize.ts';
import type { Call } from '../method.ts';
import { authorized } from '../noun.ts';
import { USER } from './people.ts';

/** The user, when the caller may do `operation` with the account. */
export async function authorizedUser(call: Call, id: number, operation: Operation): Promise<User> {
  const user = await authorized(call, USER, id, operation);
  protectAdministrator(call, user);
  return user;
}

/** For what lets somebody log in as the user: her own to change, or an administrator's. */
export async function authorizedCredentials(call: Call, id: number): Promise<User> {
  const own = id === call.user.id;
  const user = await authorizedUser(call, id, own ? 'MANAGE' : 'ADMIN');
  const groups = new Set([call.user.gid, ...call.user.groups]);
  if (call.caller.gids.length >= groups.size) return user;
  throw new OneError(
    CODE.AUTHORIZATION,
    `User [${call.user.id}] : Not authorized to change credentials of USER [${id}] with a login token that is for one group.`,
    { objectId: id, hint: 'Log in with the password, or with a token for all groups.' },
  );
}

export function protectAdministrator({ user: caller, caller: { admin } }: Call, user: User): void {
  const administers = user.id === 0 || user.gid === ONEADMIN_GROUP || user.groups.includes(ONEADMIN_GROUP);
  if (!administers || admin || caller.id === user.id) return;
  throw new OneError(
    CODE.AUTHORIZATION,
    `User [${caller.id}] : Not authorized to change USER [${user.id}], who is an administrator.`,
    { objectId: user.id },
  );
}
