// one.user.chgrp, addgroup and delgroup: which groups a user belongs to.
import { CODE, OneError } from '../../model/errors.ts';
import type { User } from '../../model/user.ts';
import { endGroupAdmin } from '../group-admins.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized } from '../noun.ts';
import { GROUP } from '../nouns/people.ts';
import { authorizedUser } from '../nouns/user-right.ts';

export const userGroupMethods: MethodTable = {
  'one.user.chgrp': method(['int', 'int'], changePrimary),
  'one.user.addgroup': method(['int', 'int'], async (call, id, gid) => {
    const user = await authorizedUser(call, id, 'MANAGE');
    await authorized(call, GROUP, gid, 'MANAGE');
    if (user.groups.includes(gid)) refuse(user, `is in group [${gid}] already`);
    await call.parts.store.users.update(id, (record) => void record.groups.push(gid));
    return id;
  }),
  'one.user.delgroup': method(['int', 'int'], async (call, id, gid) => {
    const user = await authorizedUser(call, id, 'MANAGE');
    await authorized(call, GROUP, gid, 'MANAGE');
    if (user.gid === gid) refuse(user, `has group [${gid}] as the primary one; give another with chgrp first`);
    if (!user.groups.includes(gid)) refuse(user, `is not in group [${gid}]`);
    await call.parts.store.transaction(async (tx) => {
      await tx.users.update(id, (record) => void (record.groups = record.groups.filter((group) => group !== gid)));
      await endGroupAdmin(tx, gid, id);
    });
    return id;
  }),
};

/**
 * The new primary group may be any that the user is in, which is hers to choose; she stays in the old one. A group that is
 * new to her takes the old one's place.
 */
async function changePrimary(call: Call, id: number, gid: number): Promise<number> {
  const user = await authorizedUser(call, id, 'MANAGE');
  const member = user.groups.includes(gid);
  const ownChoice = member && id === call.user.id && call.caller.gids.includes(gid);
  const group = await authorized(call, GROUP, gid, ownChoice ? 'USE' : 'MANAGE');
  await call.parts.store.transaction(async (tx) => {
    await tx.users.update(id, (record) => {
      if (!member) record.groups = [gid, ...record.groups.filter((one) => one !== record.gid)];
      Object.assign(record, { gid, gname: group.name });
    });
    if (!member) await endGroupAdmin(tx, user.gid, id);
  });
  return id;
}

function refuse({ id, name }: User, why: string): never {
  throw new OneError(CODE.ACTION, `User [${id}] (${name}) ${why}.`, { objectId: id });
}
