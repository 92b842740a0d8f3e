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

/** What every stored object has. */
export interface Owned {
  id: number;
  uid: number;
  gid: number;
  uname: string;
  gname: string;
  name: string;
  permissions: Permissions;
}
