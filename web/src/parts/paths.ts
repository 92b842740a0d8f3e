// Where the pages of each noun are. Pure.

/** Nouns with a page for each object. */
export const PATHS = {
  backupjob: '/jobs',
  datastore: '/datastores',
  group: '/groups',
  host: '/hosts',
  image: '/backups',
  template: '/templates',
  user: '/users',
  vm: '/vms',
} as const;

export type Shown = keyof typeof PATHS;

export function pathOf(noun: Shown, id: number): string {
  return `${PATHS[noun]}/${id}`;
}
