// DATASTORE and DATASTORE_POOL. A datastore cannot be locked.
import { poolOf, type Schema, type Sequence } from './schema.ts';
import { head, ids, permissions, template } from './shared.ts';

const content: Sequence = {
  ...head,
  PERMISSIONS: permissions,
  DS_MAD: 'text',
  TM_MAD: 'text',
  BASE_PATH: 'text',
  TYPE: 'count',
  DISK_TYPE: 'count',
  STATE: 'flag',
  CLUSTERS: ids,
  TOTAL_MB: 'count',
  FREE_MB: 'count',
  USED_MB: 'count',
  IMAGES: ids,
  TEMPLATE: template,
};

export const datastore: Schema = { root: 'DATASTORE', content };
export const datastorePool: Schema = poolOf('DATASTORE_POOL', 'DATASTORE', content);
