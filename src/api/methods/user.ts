// one.user.* and one.group.* as far as a single administrator needs them.
import { isAdmin, needAdmin } from '../../access/permissions.ts';
import { userPoolXml, userXml } from '../../wire/documents/user.ts';
import { method, type MethodTable } from '../method.ts';

export const userMethods: MethodTable = {
  'one.user.info': method(
    [
      ['int', -1],
      ['boolean', false],
    ],
    async ({ parts, user }, id) => {
      if (id !== -1 && id !== user.id && !isAdmin(user)) needAdmin(user, `USE USER [${id}]`);
      return userXml(await parts.store.users.get(id === -1 ? user.id : id));
    },
  ),
  'one.userpool.info': method([], async ({ parts, user }) => {
    const users = await parts.store.users.list();
    return userPoolXml(isAdmin(user) ? users : users.filter(({ id }) => id === user.id));
  }),
};
