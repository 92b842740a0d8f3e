// one.user.quota, one.group.quota, one.userquota.* and one.groupquota.*: limits of one owner, and those of all that have none.
import { applyQuotaTemplate } from '../../access/quota-template.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { QuotaLimits } from '../../model/quota.ts';
import { DEFAULT_QUOTAS } from '../../vm/quota.ts';
import { defaultQuotasXml } from '../../wire/documents/quota.ts';
import { parseTemplate } from '../../wire/template-text.ts';
import { method, type Call, type MethodTable } from '../method.ts';
import { authorized, requireAdmin } from '../noun.ts';
import { GROUP } from '../nouns/people.ts';
import { authorizedUser } from '../nouns/user-right.ts';
import { defaultQuotas } from '../quotas.ts';

export const quotaMethods: MethodTable = {
  'one.user.quota': method(['int', 'string'], async ({ parts, ...call }, id, template) => {
    await authorizedUser({ parts, ...call }, id, 'ADMIN');
    refuseUnlimited('User', id);
    await parts.store.users.update(id, limit(template));
    return id;
  }),
  'one.group.quota': method(['int', 'string'], async ({ parts, ...call }, id, template) => {
    await authorized({ parts, ...call }, GROUP, id, 'ADMIN');
    refuseUnlimited('Group', id);
    await parts.store.groups.update(id, limit(template));
    return id;
  }),
  ...defaultMethods('user'),
  ...defaultMethods('group'),
};

function limit(template: string): (owner: { quotas?: QuotaLimits[] }) => void {
  const given = parseTemplate(template);
  return (owner) => {
    owner.quotas = applyQuotaTemplate(owner.quotas ?? [], given, 'own');
  };
}

function refuseUnlimited(noun: string, id: number): void {
  if (id !== 0) return;
  throw new OneError(CODE.ACTION, `${noun} [0] (oneadmin) has no limits, and none can be set.`, { objectId: id });
}

function defaultMethods(owner: 'user' | 'group'): MethodTable {
  const shown = async ({ parts }: Call): Promise<string> =>
    defaultQuotasXml(owner, await defaultQuotas(parts.store, owner));
  return {
    [`one.${owner}quota.info`]: method([], shown),
    [`one.${owner}quota.update`]: method(['string'], async (call, template) => {
      requireAdmin(call, `MANAGE default ${owner} quotas`);
      const given = parseTemplate(template);
      await call.parts.store.transaction(async ({ settings }) => {
        const kept = (await settings.read<QuotaLimits[]>(DEFAULT_QUOTAS[owner])) ?? [];
        await settings.write(DEFAULT_QUOTAS[owner], applyQuotaTemplate(kept, given, 'defaults'));
      });
      return shown(call);
    }),
  };
}
