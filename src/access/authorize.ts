// Whether somebody may do something to an object: administrators may, owners, groups and others may by the permission bits, and
// access rules add to that; nothing takes away but locks, which bind administrators as well. Pure.
import type { AclRule, Resource, Right, Selector } from '../model/acl.ts';
import { CODE, OneError } from '../model/errors.ts';
import { LOCK_LEVEL, type Lock, type Permissions } from '../model/permissions.ts';
import type { Scope } from '../model/token-scope.ts';
import { ONEADMIN_GROUP, type User } from '../model/user.ts';

export type Operation = Right;

export interface Caller {
  user: Pick<User, 'id' | 'gid' | 'groups'>;
  /** Groups in effect, primary first; a token's scope narrows them. */
  gids: readonly number[];
  admin: boolean;
  rules: readonly AclRule[];
  /** Scopes of the login token; undefined for no such limit. Secrets are shown without alone. */
  scopes?: readonly Scope[];
}

export interface Target {
  resource: Resource;
  /** -1 for one that does not exist yet. */
  id: number;
  /** -1 when nobody owns such objects, as with gid. */
  uid: number;
  gid: number;
  permissions: Permissions | null;
  clusters: readonly number[];
  lock?: Lock | undefined;
}

/** `egid` is the scope of the login token that was shown, -1 for all of the user's groups. */
export function makeCaller(user: User, egid: number, rules: readonly AclRule[]): Caller {
  const scoped = egid !== -1;
  if (scoped && egid !== user.gid && !user.groups.includes(egid)) {
    throw new OneError(
      CODE.AUTHENTICATION,
      `The login token is for group [${egid}], which user [${user.id}] does not belong to.`,
    );
  }
  const gids = scoped ? [egid] : [...new Set([user.gid, ...user.groups])];
  return { user, gids, rules, admin: gids.includes(ONEADMIN_GROUP) || (user.id === 0 && !scoped) };
}

export function allows(caller: Caller, operation: Operation, target: Target): boolean {
  return !isLockedFor(operation, target) && mayDespiteLock(caller, operation, target);
}

export function isLockedFor(operation: Operation, target: Target): boolean {
  return operation !== 'CREATE' && target.lock !== undefined && target.lock.level <= LOCK_LEVEL[operation];
}

/** Throws OpenNebula's error when the caller may not; that an object is locked is told only to those who may use it otherwise. */
export function requireRight(caller: Caller, operation: Operation, target: Target): void {
  if (!mayDespiteLock(caller, operation, target)) throw notAuthorized(caller, operation, target.resource, target.id);
  if (target.lock === undefined || !isLockedFor(operation, target)) return;
  const { resource, id, lock } = target;
  throw new OneError(CODE.LOCKED, `The resource ${resource} [${id}] is locked, by user [${lock.owner}].`, {
    objectId: id,
    hint: 'Unlock it first; who locked it and administrators may.',
  });
}

/** The same text whether the object exists or not, so that it does not tell. */
function notAuthorized(caller: Caller, operation: Operation, resource: Resource, id: number): OneError {
  const what = id === -1 ? resource : `${resource} [${id}]`;
  return new OneError(
    CODE.AUTHORIZATION,
    `User [${caller.user.id}] : Not authorized to perform ${operation} ${what}.`,
    { objectId: id },
  );
}

/**
 * Whether the caller has the right on whatever object of that kind, existing or not. Only these may be told that an object does
 * not exist; all others get the error of `requireRight`.
 */
export function mayAnyOf(caller: Caller, operation: Operation, resource: Resource): boolean {
  return caller.admin || rulesFor(caller, operation, resource).some(({ object }) => object.kind === 'all');
}

/** The rules that give the caller this right on some object of this kind. */
function rulesFor(caller: Caller, operation: Operation, resource: Resource): AclRule[] {
  return caller.rules.filter(
    ({ user, resources, rights, zone }) =>
      isMeant(user, caller) && resources.includes(resource) && rights.includes(operation) && isHere(zone),
  );
}

const BITS: Record<Exclude<Operation, 'CREATE'>, ReadonlyArray<keyof Permissions>> = {
  USE: ['ownerU', 'groupU', 'otherU'],
  MANAGE: ['ownerM', 'groupM', 'otherM'],
  ADMIN: ['ownerA', 'groupA', 'otherA'],
};

function mayDespiteLock(caller: Caller, operation: Operation, target: Target): boolean {
  if (caller.admin || allowedByBits(caller, operation, target)) return true;
  return rulesFor(caller, operation, target.resource).some(({ object }) => selects(object, target));
}

function allowedByBits({ user, gids }: Caller, operation: Operation, { uid, gid, permissions }: Target): boolean {
  if (operation === 'CREATE' || permissions === null) return false;
  const counts = [user.id === uid, gids.includes(gid), true];
  return BITS[operation].some((bit, index) => counts[index] === true && permissions[bit]);
}

function isMeant(user: Selector, caller: Caller): boolean {
  if (user.kind === 'all') return true;
  return user.kind === 'id' ? user.id === caller.user.id : user.kind === 'group' && caller.gids.includes(user.id);
}

/** There is one zone, 0; a rule for another opens nothing. */
function isHere(zone: Selector): boolean {
  return zone.kind === 'all' || (zone.kind === 'id' && zone.id === 0);
}

function selects(object: Selector, target: Target): boolean {
  if (object.kind === 'all') return true;
  if (object.kind === 'id') return object.id === target.id;
  return object.kind === 'group' ? object.id === target.gid : target.clusters.includes(object.id);
}

/** Which objects of a kind somebody sees, as data that a query can be made of. */
export interface Visibility {
  /** Every object; the rest need not be looked at. */
  all: boolean;
  /** Objects of this owner with the owner's USE bit, of these groups with the group's, and any with the others' bit. */
  uid: number;
  gids: number[];
  /** Besides, whatever its bits: these objects, those of these groups and those in these clusters. */
  ids: number[];
  ownerGids: number[];
  clusters: number[];
}

/** Exactly the objects that `allows` lets the caller use, locked or not. */
export function visibility(caller: Caller, operation: 'USE', resource: Resource): Visibility {
  const objects = rulesFor(caller, operation, resource).map(({ object }) => object);
  const idsOf = (wanted: 'id' | 'group' | 'cluster'): number[] => {
    const ids = objects.flatMap((object) => (object.kind === wanted ? [object.id] : []));
    return [...new Set(ids)];
  };
  return {
    all: caller.admin || objects.some(({ kind }) => kind === 'all'),
    uid: caller.user.id,
    gids: [...caller.gids],
    ids: idsOf('id'),
    ownerGids: idsOf('group'),
    clusters: idsOf('cluster'),
  };
}

/** What the query does to one row. */
export function visibleBy(seen: Visibility, { id, uid, gid, permissions, clusters }: Target): boolean {
  if (seen.all || seen.ids.includes(id) || seen.ownerGids.includes(gid)) return true;
  if (clusters.some((cluster) => seen.clusters.includes(cluster))) return true;
  if (permissions === null) return false;
  const { ownerU, groupU, otherU } = permissions;
  return otherU || (ownerU && uid === seen.uid) || (groupU && seen.gids.includes(gid));
}
