// VDC and VDC_POOL. -10 in place of an id is all of a zone.
import { poolOf, type Schema, type Sequence } from './schema.ts';
import { ids, template } from './shared.ts';

const content: Sequence = {
  ID: 'count',
  NAME: 'filled',
  GROUPS: ids,
  CLUSTERS: { 'CLUSTER*': { ZONE_ID: 'count', CLUSTER_ID: 'int' } },
  HOSTS: { 'HOST*': { ZONE_ID: 'count', HOST_ID: 'int' } },
  DATASTORES: { 'DATASTORE*': { ZONE_ID: 'count', DATASTORE_ID: 'int' } },
  VNETS: { 'VNET*': { ZONE_ID: 'count', VNET_ID: 'int' } },
  TEMPLATE: template,
};

export const vdc: Schema = { root: 'VDC', content };
export const vdcPool: Schema = poolOf('VDC_POOL', 'VDC', content);
