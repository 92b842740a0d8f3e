// Access rules: whom they are for, which objects they open, and for which operations.

/** Kinds of objects that rules speak of, with OpenNebula's bit numbers: the bit is 2 ** number. */
export const RESOURCE_BIT = {
  VM: 36,
  HOST: 37,
  NET: 38,
  IMAGE: 39,
  USER: 40,
  TEMPLATE: 41,
  GROUP: 42,
  DATASTORE: 44,
  CLUSTER: 45,
  DOCUMENT: 46,
  ZONE: 47,
  SECGROUP: 48,
  VDC: 49,
  VROUTER: 50,
  MARKETPLACE: 51,
  MARKETPLACEAPP: 52,
  VMGROUP: 53,
  VNTEMPLATE: 54,
  BACKUPJOB: 56,
} as const;
export type Resource = keyof typeof RESOURCE_BIT;

export const RIGHT_BIT = { USE: 1, MANAGE: 2, ADMIN: 4, CREATE: 8 } as const;
export type Right = keyof typeof RIGHT_BIT;

/** `#3`, `@100`, `%0` or `*`. */
export type Selector = { kind: 'id' | 'group' | 'cluster'; id: number } | { kind: 'all' };

export interface AclRule {
  id: number;
  /** An id, a group or all. */
  user: Selector;
  resources: Resource[];
  /** Which objects of these kinds. */
  object: Selector;
  rights: Right[];
  /** An id or all; there is one zone, 0. */
  zone: Selector;
}
