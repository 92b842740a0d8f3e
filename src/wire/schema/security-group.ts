// SECURITY_GROUP and SECURITY_GROUP_POOL.
import { open, poolOf, type Schema, type Sequence } from './schema.ts';
import { head, ids, permissions } from './shared.ts';

const content: Sequence = {
  ...head,
  PERMISSIONS: permissions,
  UPDATED_VMS: ids,
  OUTDATED_VMS: ids,
  UPDATING_VMS: ids,
  ERROR_VMS: ids,
  TEMPLATE: open({ 'DESCRIPTION?': 'text', 'RULE*': open({ PROTOCOL: 'filled', RULE_TYPE: 'filled' }) }),
};

export const securityGroup: Schema = { root: 'SECURITY_GROUP', content };
export const securityGroupPool: Schema = poolOf('SECURITY_GROUP_POOL', 'SECURITY_GROUP', content);
