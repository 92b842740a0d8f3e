// CLUSTER and CLUSTER_POOL.
import { poolOf, type Schema, type Sequence } from './schema.ts';
import { ids, template } from './shared.ts';

const content: Sequence = {
  ID: 'count',
  NAME: 'filled',
  HOSTS: ids,
  DATASTORES: ids,
  VNETS: ids,
  TEMPLATE: template,
};

export const cluster: Schema = { root: 'CLUSTER', content };
export const clusterPool: Schema = poolOf('CLUSTER_POOL', 'CLUSTER', content);
