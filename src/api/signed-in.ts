// Somebody whose password was right, or who was let in elsewhere, as a user: one is made for whom OneVault did not know, and groups follow what the directory says.
import { CODE, OneError } from '../model/errors.ts';
import { checkUserName } from '../model/names.ts';
import { USERS_GROUP, type User } from '../model/user.ts';
import { groupsAfter } from '../access/directory-groups.ts';
import type { Known } from '../sign-in/password-driver.ts';
import type { Store } from '../store/store.ts';
import { endGroupAdmin } from './group-admins.ts';

export interface SignedIn extends Known {
  name: string;
  user: User | undefined;
  /** Name of the driver that knew the password, or sent her. */
  driver: string;
  /** Who she is where she came from, when names may change hands there. */
  subject?: string;
}

/** Undefined when the user has changed meanwhile such that the password says nothing any more. */
export async function signedIn(store: Store, signing: SignedIn): Promise<User | undefined> {
  const { user, driver, groups, subject = signing.user?.subject } = signing;
  if (!user) return firstSignIn(store, signing);
  const wanted = groupsAfter(user, groups);
  if (wanted.join() === user.groups.join() && user.subject === subject) return user;
  return store.transaction(async (tx) => {
    const before = await tx.users.get(user.id);
    if (!before.enabled || before.authDriver !== driver || before.subject !== user.subject) return undefined;
    const gids = groupsAfter(before, groups);
    const primary = await groupOf(tx, gids[0] ?? USERS_GROUP, driver);
    for (const gid of gids) await groupOf(tx, gid, driver);
    const after = await tx.users.update(user.id, (record) => {
      Object.assign(record, { groups: gids, gid: primary.id, gname: primary.name });
      if (subject !== undefined) record.subject = subject;
    });
    for (const gid of before.groups) if (!gids.includes(gid)) await endGroupAdmin(tx, gid, user.id);
    return after;
  });
}

async function firstSignIn(store: Store, { name, driver, subject, groups }: SignedIn): Promise<User> {
  checkUserName(name);
  const gids = groupsAfter({ gid: USERS_GROUP, groups: [] }, groups);
  return store.transaction(async (tx) => {
    const primary = await groupOf(tx, gids[0] ?? USERS_GROUP, driver);
    for (const gid of gids) await groupOf(tx, gid, driver);
    return tx.users.allocate((id) => ({
      ...{ id, name, gid: primary.id, gname: primary.name, groups: gids },
      ...{ passwordHash: '', authDriver: driver, enabled: true, template: [] },
      ...(subject !== undefined && { subject }),
    }));
  });
}

async function groupOf(tx: Store, gid: number, driver: string): Promise<{ id: number; name: string }> {
  const group = await tx.groups.find(gid);
  if (group) return group;
  const vector = `${driver.toUpperCase()}_GROUP`;
  throw new OneError(
    CODE.AUTHENTICATION,
    `The user could not be signed in: ${vector}/GROUP="${gid}" of the configuration names a group that is not there.`,
    { hint: `Create the group, or change ${vector}, and restart the daemon.` },
  );
}
