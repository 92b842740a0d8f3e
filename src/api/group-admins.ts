// Who administers a group: it is kept with the group, and gives the user rules that end with it.
import { groupAdminRules } from '../access/bootstrap-rules.ts';
import type { Store } from '../store/store.ts';
import { addRules, dropRules } from './rules.ts';

export async function makeGroupAdmin(tx: Store, gid: number, uid: number): Promise<void> {
  await tx.groups.update(gid, (group) => void group.admins.push(uid));
  await addRules(tx, groupAdminRules(uid, gid));
}

/** Does nothing for somebody who is none. Rules that administering another group gives as well stay. */
export async function endGroupAdmin(tx: Store, gid: number, uid: number): Promise<void> {
  const group = await tx.groups.find(gid);
  if (!group?.admins.includes(uid)) return;
  await tx.groups.update(gid, (record) => void (record.admins = record.admins.filter((admin) => admin !== uid)));
  const others = (await tx.groups.list()).filter(({ admins }) => admins.includes(uid));
  const needed = others.flatMap(({ id }) => groupAdminRules(uid, id));
  await dropRules(tx, groupAdminRules(uid, gid), needed);
}
