// Which groups a user is in after a directory has had its say: it gives and takes those it is asked about, all others stay.
import { USERS_GROUP } from '../model/user.ts';

/** The primary group is the first; it stays the same as long as the user is in it. */
export function groupsAfter(
  user: { gid: number; groups: readonly number[] },
  { managed, member }: { managed: readonly number[]; member: readonly number[] },
): number[] {
  const kept = user.groups.filter((gid) => !managed.includes(gid) || member.includes(gid));
  const all = [...new Set([...kept, ...member])];
  if (all.length === 0) return [USERS_GROUP];
  return all.includes(user.gid) ? [user.gid, ...all.filter((gid) => gid !== user.gid)] : all;
}
