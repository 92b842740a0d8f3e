// USER and USER_POOL. No password leaves, not even its hash.
import { Rounds, type Schema, type Sequence } from './schema.ts';
import { defaultQuotas, quotas, quotasEntry } from './quota.ts';
import { template } from './shared.ts';

const body: Sequence = {
  ID: 'count',
  GID: 'count',
  GROUPS: { 'ID+': 'count' },
  GNAME: 'filled',
  NAME: 'filled',
  PASSWORD: 'empty',
  AUTH_DRIVER: 'filled',
  ENABLED: 'flag',
  'LOGIN_TOKEN*': {
    TOKEN: 'text',
    EXPIRATION_TIME: 'epoch or -1',
    EGID: 'int',
    'SCOPE?': 'filled',
    'SESSION?': 'yesno',
  },
  TEMPLATE: template,
};

export const user: Schema = { root: 'USER', content: { ...body, ...quotas, DEFAULT_USER_QUOTAS: defaultQuotas } };
export const userPool: Schema = {
  root: 'USER_POOL',
  content: new Rounds({ USER: body, QUOTAS: quotasEntry }, { DEFAULT_USER_QUOTAS: defaultQuotas }),
};
