// one.acl.*: access rules, which only administrators see and change.
import { formatAclNumbers, parseAclNumbers } from '../../wire/acl-numbers.ts';
import { formatAclText } from '../../wire/acl-text.ts';
import { aclXml } from '../../wire/documents/acl.ts';
import { branch } from '../../wire/xml-write.ts';
import { method, type MethodTable } from '../method.ts';
import { requireAdmin } from '../noun.ts';

export const aclMethods: MethodTable = {
  'one.acl.addrule': method(
    ['string', 'string', 'string', ['string', '']],
    async (call, user, resource, rights, zone) => {
      requireAdmin(call, 'MANAGE ACL');
      const rule = parseAclNumbers(user, resource, rights, zone);
      return (await call.parts.store.rules.allocate((id) => ({ id, ...rule }))).id;
    },
  ),
  'one.acl.delrule': method(['int'], async (call, id) => {
    requireAdmin(call, 'MANAGE ACL');
    await call.parts.store.transaction(async (tx) => {
      await tx.rules.get(id);
      await tx.rules.remove(id);
    });
    return id;
  }),
  'one.acl.info': method([], async (call) => {
    requireAdmin(call, 'MANAGE ACL');
    const rules = await call.parts.store.rules.list({ ascending: true });
    return branch(
      'ACL_POOL',
      ...rules.map((rule) => aclXml({ id: rule.id, ...formatAclNumbers(rule), string: formatAclText(rule) })),
    );
  }),
};
