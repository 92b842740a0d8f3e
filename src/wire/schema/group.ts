// GROUP and GROUP_POOL.
import { Rounds, type Schema, type Sequence } from './schema.ts';
import { defaultQuotas, quotas, quotasEntry } from './quota.ts';
import { ids, template } from './shared.ts';

const body: Sequence = { ID: 'count', NAME: 'filled', TEMPLATE: template, USERS: ids, ADMINS: ids };

export const group: Schema = { root: 'GROUP', content: { ...body, ...quotas, DEFAULT_GROUP_QUOTAS: defaultQuotas } };
export const groupPool: Schema = {
  root: 'GROUP_POOL',
  content: new Rounds({ GROUP: body, QUOTAS: quotasEntry }, { DEFAULT_GROUP_QUOTAS: defaultQuotas }),
};
