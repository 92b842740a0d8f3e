// What the pool methods share: which part of a pool is asked for, and who may see what of it.
import { may } from '../access/permissions.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Owned } from '../model/permissions.ts';
import type { User } from '../model/user.ts';
import type { Filter, Pool } from '../store/store.ts';

const FLAG = { PRIMARY_GROUP: -4, MINE: -3, ALL: -2, MINE_AND_GROUPS: -1 } as const;

/**
 * Objects that `user` may use, as OpenNebula's pool parameters choose them: `flag` whose, `start` and `end` which.
 * -1,-1 is all; start and end are a range, open where one is -1; an end below -1 is a page of that length from offset start.
 */
export async function visible<T extends Owned>(
  pool: Pool<T>,
  user: User,
  flag: number,
  start: number,
  end: number,
  filter: Filter = {},
): Promise<T[]> {
  if (flag < FLAG.PRIMARY_GROUP) {
    throw new OneError(CODE.XML_RPC_API, `Incorrect filter_flag ${flag}; it must be -4, -3, -2, -1 or a user id.`);
  }
  const page = end < -1;
  const range: Filter = { ...(start >= 0 ? { from: start } : {}), ...(end >= 0 ? { to: end } : {}) };
  const objects = (await pool.list({ ...filter, ...(page ? {} : range) })).filter(
    (object) => chosen(object, user, flag) && may(user, object, 'USE'),
  );
  return page ? objects.slice(Math.max(start, 0), Math.max(start, 0) - end) : objects;
}

function chosen(object: Owned, user: User, flag: number): boolean {
  switch (flag) {
    case FLAG.PRIMARY_GROUP:
      return object.gid === user.gid;
    case FLAG.MINE:
      return object.uid === user.id;
    case FLAG.ALL:
      return true;
    case FLAG.MINE_AND_GROUPS:
      return object.uid === user.id || object.gid === user.gid || user.groups.includes(object.gid);
    default:
      return object.uid === flag;
  }
}
