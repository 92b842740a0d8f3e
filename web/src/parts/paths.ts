// Where the pages of each noun are. Pure.

/** Nouns with a page for each object. Images that hold backups have pages of their own. */
export const PATHS = {
  backupjob: '/jobs',
  datastore: '/datastores',
  disk: '/images',
  group: '/groups',
  host: '/hosts',
  image: '/backups',
  template: '/templates',
  user: '/users',
  vm: '/vms',
  vnet: '/networks',
} as const;

export type Shown = keyof typeof PATHS;

/** OpenNebula's number of images that hold backups. */
const BACKUP = 6;

export function isBackupImage({ TYPE }: { TYPE: number }): boolean {
  return TYPE === BACKUP;
}

/** What the pages of an image are called: a backup's and a disk's are different ones. */
export function shownImage(image: { TYPE: number }): Shown {
  return isBackupImage(image) ? 'image' : 'disk';
}

export function pathOf(noun: Shown, id: number): string {
  return `${PATHS[noun]}/${id}`;
}
