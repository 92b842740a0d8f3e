// one.group.* and one.grouppool.*
import { checkOperationLists } from '../../access/operation-classes.ts';
import { refuseRestricted } from '../../access/restricted.ts';
import { CODE, OneError } from '../../model/errors.ts';
import { checkName } from '../../model/names.ts';
import type { Group } from '../../model/user.ts';
import { POOLS } from '../../store/schema.ts';
import { defaultQuotasXml } from '../../wire/documents/quota.ts';
import { belongings } from '../belongings.ts';
import { endGroupAdmin, makeGroupAdmin } from '../group-admins.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, requireCreate } from '../noun.ts';
import { GROUP, USER } from '../nouns/people.ts';
import { document, updateMethod } from '../owned.ts';
import { poolDocument } from '../pool.ts';
import { defaultQuotas } from '../quotas.ts';
import { forgetRules } from '../rules.ts';

export const groupMethods: MethodTable = {
  'one.group.allocate': method(['string'], async (call, name) => {
    requireCreate(call, 'GROUP');
    checkName(name);
    return (await call.parts.store.groups.allocate((id) => ({ id, name, admins: [], template: [] }))).id;
  }),
  'one.group.delete': method(['int'], remove),
  'one.group.info': method(
    [
      ['int', -1],
      ['boolean', false],
    ],
    async (call, id, decrypt) => {
      const group = await authorized(call, GROUP, id === -1 ? call.user.gid : id, 'USE');
      return document(call, GROUP, group, decrypt);
    },
  ),
  ...updateMethod(GROUP, (call, before, template) => {
    if (!call.caller.admin) refuseRestricted('GROUP', template, before.template);
    checkOperationLists(template);
  }),
  'one.group.addadmin': method(['int', 'int'], async (call, id, uid) => {
    const group = await authorized(call, GROUP, id, 'MANAGE');
    const user = await authorized(call, USER, uid, 'MANAGE');
    if (!user.groups.includes(id)) refuse(group, `does not have user [${uid}] (${user.name})`);
    if (group.admins.includes(uid)) refuse(group, `has user [${uid}] (${user.name}) as administrator already`);
    await call.parts.store.transaction((tx) => makeGroupAdmin(tx, id, uid));
    return id;
  }),
  'one.group.deladmin': method(['int', 'int'], async (call, id, uid) => {
    const group = await authorized(call, GROUP, id, 'MANAGE');
    await authorized(call, USER, uid, 'MANAGE');
    if (!group.admins.includes(uid)) refuse(group, `does not have user [${uid}] as administrator`);
    await call.parts.store.transaction((tx) => endGroupAdmin(tx, id, uid));
    return id;
  }),
  'one.grouppool.info': method([], async (call) => {
    const end = defaultQuotasXml('group', await defaultQuotas(call.parts.store, 'group'));
    return poolDocument(call, GROUP, 'GROUP_POOL', {}, undefined, end);
  }),
};

async function remove(call: Call, id: number): Promise<number> {
  const group = await authorized(call, GROUP, id, 'ADMIN');
  if (id < POOLS.group_pool.firstId) refuse(group, 'belongs to the system and cannot be deleted');
  await call.parts.store.transaction(async (tx) => {
    const users = await tx.links.of('user-group', id);
    if (users.length > 0) refuse(group, `cannot be deleted: users ${users.join(', ')} are in it`);
    const left = await belongings(tx, { gids: [id] });
    if (left !== '') refuse(group, `still has ${left}; delete them, or give them to another group (chgrp)`);
    await tx.groups.remove(id);
    await forgetRules(tx, 'GROUP', id);
  });
  return id;
}

function refuse({ id, name }: Group, why: string): never {
  throw new OneError(CODE.ACTION, `Group [${id}] (${name}) ${why}.`, { objectId: id });
}
