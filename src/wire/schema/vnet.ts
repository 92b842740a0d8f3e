// VNET and VNET_POOL. Ranges in the pool are as they were given; in the document also what follows from them, and the leases.
import { open, partsOf, poolOf, type Schema, type Sequence } from './schema.ts';
import { ids, owned, template } from './shared.ts';

const body: Sequence = {
  ...owned,
  CLUSTERS: ids,
  BRIDGE: 'text',
  BRIDGE_TYPE: 'text',
  STATE: 'count',
  PREV_STATE: 'count',
  PARENT_NETWORK_ID: 'text',
  VN_MAD: 'text',
  PHYDEV: 'text',
  VLAN_ID: 'text',
  OUTER_VLAN_ID: 'text',
  VLAN_ID_AUTOMATIC: 'flag',
  OUTER_VLAN_ID_AUTOMATIC: 'flag',
  USED_LEASES: 'count',
  VROUTERS: ids,
  UPDATED_VMS: ids,
  OUTDATED_VMS: ids,
  UPDATING_VMS: ids,
  ERROR_VMS: ids,
  TEMPLATE: template,
};

const givenRange: Sequence = {
  AR_ID: 'count',
  'GLOBAL_PREFIX?': 'ip6',
  'IP?': 'ip',
  MAC: 'mac',
  SIZE: 'count',
  TYPE: 'range type',
  'ULA_PREFIX?': 'ip6',
};

const lease: Sequence = {
  'IP?': 'ip',
  'IP6_GLOBAL?': 'ip6',
  'IP6_LINK?': 'ip6',
  'IP6_ULA?': 'ip6',
  MAC: 'mac',
  'VM?': 'int',
  'VNET?': 'count',
};

const followingRange: Sequence = {
  'MAC_END?': 'mac',
  'IP_END?': 'ip',
  'IP6_ULA?': 'ip6',
  'IP6_ULA_END?': 'ip6',
  'IP6_GLOBAL?': 'ip6',
  'IP6_GLOBAL_END?': 'ip6',
  USED_LEASES: 'count',
  LEASES: { 'LEASE*': lease },
};

const fullRange = open(
  { ...givenRange, ...followingRange },
  partsOf(followingRange).map(({ name }) => name),
);

export const vnet: Schema = { root: 'VNET', content: { ...body, AR_POOL: { 'AR*': fullRange } } };
export const vnetPool: Schema = poolOf('VNET_POOL', 'VNET', { ...body, AR_POOL: { 'AR*': open(givenRange) } });
