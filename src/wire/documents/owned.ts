// The head that every owned object begins with, its lock and its permissions, in OpenNebula's order.
import type { Lock, Owned, Permissions } from '../../model/permissions.ts';
import { branch, leaf } from '../xml-write.ts';

/** ID UID GID UNAME GNAME NAME. */
export function headXml(object: Owned): string {
  return [
    leaf('ID', object.id),
    leaf('UID', object.uid),
    leaf('GID', object.gid),
    leaf('UNAME', object.uname),
    leaf('GNAME', object.gname),
    leaf('NAME', object.name),
  ].join('');
}

/** LOCK, nothing when the object is not locked: clients take any LOCK for a lock. */
export function lockXml(lock: Lock | undefined): string {
  if (!lock) return '';
  return branch(
    'LOCK',
    leaf('LOCKED', lock.level),
    leaf('OWNER', lock.owner),
    leaf('TIME', lock.time),
    leaf('REQ_ID', lock.requestId),
  );
}

export function permissionsXml(permissions: Permissions): string {
  return branch(
    'PERMISSIONS',
    leaf('OWNER_U', permissions.ownerU),
    leaf('OWNER_M', permissions.ownerM),
    leaf('OWNER_A', permissions.ownerA),
    leaf('GROUP_U', permissions.groupU),
    leaf('GROUP_M', permissions.groupM),
    leaf('GROUP_A', permissions.groupA),
    leaf('OTHER_U', permissions.otherU),
    leaf('OTHER_M', permissions.otherM),
    leaf('OTHER_A', permissions.otherA),
  );
}
