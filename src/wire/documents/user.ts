// The USER, USER_POOL, GROUP and GROUP_POOL documents. PASSWORD is always empty: a hash helps nobody but an attacker.
import type { Group, User } from '../../model/user.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, idList, leaf } from '../xml-write.ts';

/** USER with its (empty) quotas. */
export function userXml(user: User): string {
  return branch('USER', ...userBody(user), quotas(), defaultQuotas('DEFAULT_USER_QUOTAS'));
}

/** USER_POOL in the order given: each USER is followed by its QUOTAS, the defaults stand at the end. */
export function userPoolXml(users: readonly User[]): string {
  const entries = users.map((user) => branch('USER', ...userBody(user)) + quotasOf(user.id));
  return branch('USER_POOL', ...entries, defaultQuotas('DEFAULT_USER_QUOTAS'));
}

function userBody(user: User): string[] {
  return [
    leaf('ID', user.id),
    leaf('GID', user.gid),
    idList('GROUPS', user.groups),
    leaf('GNAME', user.gname),
    leaf('NAME', user.name),
    leaf('PASSWORD', ''),
    leaf('AUTH_DRIVER', user.authDriver),
    leaf('ENABLED', user.enabled),
    templateXml(alphabetical(user.template)),
  ];
}

/** GROUP with its (empty) quotas. */
export function groupXml(group: Group): string {
  return branch('GROUP', ...groupBody(group), quotas(), defaultQuotas('DEFAULT_GROUP_QUOTAS'));
}

/** GROUP_POOL in the order given: each GROUP is followed by its QUOTAS, the defaults stand at the end. */
export function groupPoolXml(groups: readonly Group[]): string {
  const entries = groups.map((group) => branch('GROUP', ...groupBody(group)) + quotasOf(group.id));
  return branch('GROUP_POOL', ...entries, defaultQuotas('DEFAULT_GROUP_QUOTAS'));
}

function groupBody(group: Group): string[] {
  return [
    leaf('ID', group.id),
    leaf('NAME', group.name),
    templateXml(alphabetical(group.template)),
    idList('USERS', group.users),
    idList('ADMINS', group.admins),
  ];
}

function quotas(): string {
  return ['DATASTORE_QUOTA', 'NETWORK_QUOTA', 'VM_QUOTA', 'IMAGE_QUOTA'].map((name) => branch(name)).join('');
}

function quotasOf(id: number): string {
  return branch('QUOTAS', leaf('ID', id), quotas());
}

function defaultQuotas(root: string): string {
  return branch(root, quotas());
}
