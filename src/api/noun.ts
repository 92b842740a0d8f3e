// A noun as the API sees it, and the one way to an object: by its id, for an operation, after asking whether the caller may.
import { allows, mayAnyOf, requireRight, visibility, type Operation, type Target } from '../access/authorize.ts';
import { newTarget } from '../access/targets.ts';
import type { Resource } from '../model/acl.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { LinkKind } from '../store/nouns.ts';
import type { Filter, Pool, Store } from '../store/store.ts';
import type { Call } from './method.ts';

export interface ApiNoun<T extends { id: number; name: string }> {
  /** As in the names of its methods: one.<word>.info. */
  word: string;
  /** As in access rules. */
  resource: Resource;
  /** In messages: Error getting <label> [3]. */
  label: string;
  pool(store: Store): Pool<T>;
  target(object: T): Target;
  /** How its objects tell their clusters. */
  clusterLink?: LinkKind;
  /** Makes entries of the pool's document; loads once what all of them need. */
  entries(call: Call): Promise<(object: T) => string>;
  /** The document of one object, when it differs from its entry. `decrypt` is what the client asked for. */
  document?(call: Call, object: T, decrypt: boolean): Promise<string>;
}

/** For what an object's lock does not hold back: reading what is locked, and unlocking it. */
export const IGNORES_LOCK = Symbol('ignores the lock');

/**
 * The object, when the caller may do `operation` with it. Somebody who may not learns nothing: the answer is the same whether
 * the object exists or not.
 */
export async function authorized<T extends { id: number; name: string }>(
  call: Pick<Call, 'parts' | 'caller'>,
  noun: ApiNoun<T>,
  id: number,
  operation: Operation,
  lock?: typeof IGNORES_LOCK,
): Promise<T> {
  return authorizedIn(call.parts.store, call.caller, noun, id, operation, lock);
}

/** The same inside a transaction. */
export async function authorizedIn<T extends { id: number; name: string }>(
  store: Store,
  caller: Call['caller'],
  noun: ApiNoun<T>,
  id: number,
  operation: Operation,
  lock?: typeof IGNORES_LOCK,
): Promise<T> {
  const object = await noun.pool(store).find(id);
  if (object) {
    const target = noun.target(object);
    requireRight(caller, operation, lock ? { ...target, lock: undefined } : target);
    return object;
  }
  if (mayAnyOf(caller, operation, noun.resource)) {
    throw new OneError(CODE.NO_EXISTS, `Error getting ${noun.label} [${id}].`, { objectId: id });
  }
  requireRight(caller, operation, nobodys(noun.resource, id));
  throw new OneError(CODE.NO_EXISTS, `Error getting ${noun.label} [${id}].`, { objectId: id });
}

/** Throws unless the caller may make objects of the kind. */
export function requireCreate(call: Pick<Call, 'caller'>, resource: Resource): void {
  const { id, gid } = call.caller.user;
  requireRight(call.caller, 'CREATE', newTarget(resource, { uid: id, gid }));
}

/** Throws for everybody outside the oneadmin group; `what` is what only it may do: `MANAGE ACL`. */
export function requireAdmin({ caller }: Pick<Call, 'caller'>, what: string): void {
  if (caller.admin) return;
  throw new OneError(CODE.AUTHORIZATION, `User [${caller.user.id}] : Not authorized to perform ${what}.`);
}

export function mayUse<T extends { id: number; name: string }>(
  call: Pick<Call, 'caller'>,
  noun: ApiNoun<T>,
  object: T,
): boolean {
  return allows(call.caller, 'USE', { ...noun.target(object), lock: undefined });
}

/** What the caller may see of a pool, as a filter of its rows. */
export function visibleTo<T extends { id: number; name: string }>(
  call: Pick<Call, 'caller'>,
  noun: ApiNoun<T>,
): Filter {
  return {
    visible: visibility(call.caller, 'USE', noun.resource),
    ...(noun.clusterLink && { clusterLink: noun.clusterLink }),
  };
}

function nobodys(resource: Resource, id: number): Target {
  return { resource, id, uid: -1, gid: -1, permissions: null, clusters: [] };
}
