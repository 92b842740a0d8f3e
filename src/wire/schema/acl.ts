// ACL_POOL: every rule as numbers and as text, which lists are made from.
import { poolOf, type Schema } from './schema.ts';

export const aclPool: Schema = poolOf('ACL_POOL', 'ACL', {
  ID: 'count',
  USER: 'hex',
  RESOURCE: 'hex',
  RIGHTS: 'hex',
  ZONE: 'hex',
  STRING: 'filled',
});
