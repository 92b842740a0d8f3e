// Texts of groups.
export const groups = {
  title: 'Groups',
  one: 'Group',
  empty: 'There are no groups.',
  emptyHint: 'Users of a group may use what belongs to it.',
  create: 'New group',
  columns: { users: 'Users', admins: 'Administrators', vms: 'VMs', memory: 'Memory' },
  tabs: { users: 'Users', quotas: 'Quotas', attributes: 'Attributes' },
  actions: {
    attributes: 'Set attributes',
    delete: 'Delete',
    holds: (count: number) => `${count} ${count === 1 ? 'user is' : 'users are'} in it.`,
    isBuiltIn: 'The groups oneadmin and users stay.',
  },
  deleteTitle: 'Delete the group?',
  deleteText: 'This is refused as long as somebody is in it or anything belongs to it.',
  attributesOf: (name: string) => `Attributes of ${name}`,
  members: {
    empty: 'Nobody is in it.',
    admin: 'administrator of the group',
    makeAdmin: 'Make administrator',
    endAdmin: 'No longer administrator',
    others: 'Users that you may not see',
  },
  form: { name: 'Name' },
};
