// Users and groups as the API sees them.
import { groupTarget, userTarget } from '../../access/targets.ts';
import type { Group, User } from '../../model/user.ts';
import { groupEntryXml, groupXml, userEntryXml, userXml } from '../../wire/documents/user.ts';
import type { ApiNoun } from '../noun.ts';
import { defaultQuotas, quotaViews } from '../quotas.ts';

export const USER: ApiNoun<User> = {
  word: 'user',
  resource: 'USER',
  label: 'user',
  pool: (store) => store.users,
  target: userTarget,
  entries: async ({ parts }) => {
    const views = await quotaViews(parts.store, 'user');
    return (user) => userEntryXml(user, views(user.id, user.quotas));
  },
  document: async ({ parts }, user) => {
    const views = await quotaViews(parts.store, 'user', user.id);
    return userXml(user, views(user.id, user.quotas), await defaultQuotas(parts.store, 'user'));
  },
};

export const GROUP: ApiNoun<Group> = {
  word: 'group',
  resource: 'GROUP',
  label: 'group',
  pool: (store) => store.groups,
  target: groupTarget,
  entries: async ({ parts }) => {
    const views = await quotaViews(parts.store, 'group');
    const users = await parts.store.links.all('user-group');
    return (group) => groupEntryXml(group, users.get(group.id) ?? [], views(group.id, group.quotas));
  },
  document: async ({ parts }, group) => {
    const views = await quotaViews(parts.store, 'group', group.id);
    const users = await parts.store.links.of('user-group', group.id);
    return groupXml(group, users, views(group.id, group.quotas), await defaultQuotas(parts.store, 'group'));
  },
};
