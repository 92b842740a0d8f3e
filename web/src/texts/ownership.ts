// Texts of whose an object is and who may do what with it.
export const ownership = {
  title: 'Owner',
  permissions: 'Permissions',
  hint: 'USE is to see and use it, MANAGE to change it, ADMIN to delete it and to give others that right.',
  who: { OWNER: 'Owner', GROUP: 'Group', OTHER: 'Others' },
  rights: { U: 'USE', M: 'MANAGE', A: 'ADMIN' },
  change: 'Change owner or group',
  save: 'Save permissions',
  saved: 'The permissions are saved.',
  allow: (right: string, who: string) => `${right} for ${who}`,
};
