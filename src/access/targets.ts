// Objects as whoever decides about access sees them: owner, group, permission bits, clusters. Pure.
import type { Resource } from '../model/acl.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Host } from '../model/host.ts';
import { permissionsFromOctet, type Owned } from '../model/permissions.ts';
import type { Group, User } from '../model/user.ts';
import type { Target } from './authorize.ts';

/** An object with an owner: VM, image, template, datastore, network, backup job. */
export function ownedTarget(resource: Resource, object: Owned, clusters: readonly number[] = []): Target {
  const { id, uid, gid, permissions, lock } = object;
  return { resource, id, uid, gid, permissions, clusters, lock };
}

/** An object that is about to be made, for CREATE: it will belong to this user and group, and may go into clusters. */
export function newTarget(
  resource: Resource,
  { uid, gid }: { uid: number; gid: number },
  clusters: readonly number[] = [],
): Target {
  return { resource, id: -1, uid, gid, permissions: null, clusters };
}

/** Users own themselves and belong to their primary group: they may see and change what is theirs to change. */
export function userTarget({ id, gid }: Pick<User, 'id' | 'gid'>): Target {
  return { resource: 'USER', id, uid: id, gid, permissions: permissionsFromOctet(0o600), clusters: [] };
}

/** A group is its own group: its members may see it. */
export function groupTarget({ id }: Pick<Group, 'id'>): Target {
  return { resource: 'GROUP', id, uid: -1, gid: id, permissions: permissionsFromOctet(0o040), clusters: [] };
}

export function hostTarget({ id, clusterId }: Pick<Host, 'id' | 'clusterId'>): Target {
  return ownerless('HOST', id, clusterId === -1 ? [] : [clusterId]);
}

export function clusterTarget({ id }: Pick<Cluster, 'id'>): Target {
  return ownerless('CLUSTER', id, []);
}

export function zoneTarget(id: number): Target {
  return ownerless('ZONE', id, []);
}

function ownerless(resource: Resource, id: number, clusters: readonly number[]): Target {
  return { resource, id, uid: -1, gid: -1, permissions: null, clusters };
}
