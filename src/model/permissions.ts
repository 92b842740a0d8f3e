// Permission bits of an object: owner, group and others may each use, manage and administer it.

export interface Permissions {
  ownerU: boolean;
  ownerM: boolean;
  ownerA: boolean;
  groupU: boolean;
  groupM: boolean;
  groupA: boolean;
  otherU: boolean;
  otherM: boolean;
  otherA: boolean;
}

/** Reads three octal digits such as 0o600; use is 4, manage is 2, admin is 1. */
export function permissionsFromOctet(octet: number): Permissions {
  const bit = (shift: number): boolean => ((octet >> shift) & 1) === 1;
  return {
    ownerU: bit(8),
    ownerM: bit(7),
    ownerA: bit(6),
    groupU: bit(5),
    groupM: bit(4),
    groupA: bit(3),
    otherU: bit(2),
    otherM: bit(1),
    otherA: bit(0),
  };
}

export const LOCK_LEVEL = { USE: 1, MANAGE: 2, ADMIN: 3 } as const;
export type LockLevel = (typeof LOCK_LEVEL)[keyof typeof LOCK_LEVEL];

/** Keeps everybody, administrators included, from operations of its level and above. */
export interface Lock {
  level: LockLevel;
  /** User who locked it; she or an administrator may unlock it. */
  owner: number;
  /** Epoch seconds. */
  time: number;
  requestId: number;
}

/** Nine bits, owner's USE the highest: the form rows are found by. */
export function permissionsToOctet(permissions: Permissions): number {
  const { ownerU, ownerM, ownerA, groupU, groupM, groupA, otherU, otherM, otherA } = permissions;
  const bits = [ownerU, ownerM, ownerA, groupU, groupM, groupA, otherU, otherM, otherA];
  return bits.reduce((octet, bit) => octet * 2 + (bit ? 1 : 0), 0);
}

/** What every object with an owner has. */
export interface Owned {
  id: number;
  uid: number;
  gid: number;
  uname: string;
  gname: string;
  name: string;
  permissions: Permissions;
  lock?: Lock | undefined;
}
