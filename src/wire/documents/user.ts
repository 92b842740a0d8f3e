// The USER and GROUP documents, and the entries of their pools. PASSWORD is always empty: a hash helps nobody but an attacker.
// In a pool every entry is followed by its quotas, and the default quotas stand at the end.
import type { Group, LoginToken, User } from '../../model/user.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, idList, leaf } from '../xml-write.ts';
import { defaultQuotasXml, quotaElements, quotasXml, type QuotaView } from './quota.ts';

export const USER_POOL = 'USER_POOL';
export const GROUP_POOL = 'GROUP_POOL';

/** USER with its quotas and the default ones. */
export function userXml(user: User, quotas: QuotaView = [], defaults: QuotaView = []): string {
  return branch('USER', ...userBody(user), quotaElements(quotas), defaultQuotasXml('user', defaults));
}

/** USER and QUOTAS, as they follow one another in USER_POOL. */
export function userEntryXml(user: User, quotas: QuotaView): string {
  return branch('USER', ...userBody(user)) + quotasXml(user.id, quotas);
}

/** USER_POOL in the order given. */
export function userPoolXml(users: readonly User[]): string {
  return branch(USER_POOL, ...users.map((user) => userEntryXml(user, [])), defaultQuotasXml('user', []));
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
    ...(user.tokens ?? []).map(tokenXml),
    templateXml(alphabetical(user.template)),
  ];
}

/** The token itself is not known; its hash tells one from another. One that is a session of the console says so. */
function tokenXml(token: LoginToken): string {
  return branch(
    'LOGIN_TOKEN',
    leaf('TOKEN', token.hash),
    leaf('EXPIRATION_TIME', token.expires),
    leaf('EGID', token.egid),
    ...(token.scopes ? [leaf('SCOPE', token.scopes.join(','))] : []),
    ...(token.session ? [leaf('SESSION', 'YES')] : []),
  );
}

/** GROUP with its quotas and the default ones. */
export function groupXml(
  group: Group,
  users: readonly number[] = [],
  quotas: QuotaView = [],
  defaults: QuotaView = [],
): string {
  return branch('GROUP', ...groupBody(group, users), quotaElements(quotas), defaultQuotasXml('group', defaults));
}

/** GROUP and QUOTAS, as they follow one another in GROUP_POOL. */
export function groupEntryXml(group: Group, users: readonly number[], quotas: QuotaView): string {
  return branch('GROUP', ...groupBody(group, users)) + quotasXml(group.id, quotas);
}

/** GROUP_POOL in the order given. */
export function groupPoolXml(
  groups: readonly Group[],
  users: ReadonlyMap<number, readonly number[]> = new Map(),
): string {
  const entries = groups.map((group) => groupEntryXml(group, users.get(group.id) ?? [], []));
  return branch(GROUP_POOL, ...entries, defaultQuotasXml('group', []));
}

function groupBody(group: Group, users: readonly number[]): string[] {
  return [
    leaf('ID', group.id),
    leaf('NAME', group.name),
    templateXml(alphabetical(group.template)),
    idList('USERS', users),
    idList('ADMINS', group.admins),
  ];
}
