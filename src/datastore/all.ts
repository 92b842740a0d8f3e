// The drivers of datastores by the name that users write as DS_MAD. Nothing else names a driver.
import { layoutOf } from '../model/backup-layout.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { BackupStoreConfig } from '../model/backup-store-config.ts';
import type { BackupStore } from './backup-store.ts';
import { FakeStore } from './fake/index.ts';
import { DirectoryImageStore } from './fs/index.ts';
import type { ImageStore } from './image-store.ts';
import * as restic from './restic/index.ts';
import { readVersion } from './restic/version.ts';
import * as rsync from './rsync/index.ts';

type AttributeOf = (name: string) => string | undefined;

interface BackupDriver {
  /** Throws a OneError when the attributes do not make sense; touches nothing. */
  open: (config: BackupStoreConfig) => BackupStore;
  /** Attributes that a datastore must have, which may depend on the others. */
  required: (attributeOf: AttributeOf) => readonly string[];
  /** Whether who can read the store but has no password of it can read nothing that is in it. */
  encrypts: boolean;
}

const BACKUP_DRIVERS = new Map<string, BackupDriver>([
  ['restic', { open: (config) => new restic.ResticStore(config), required: restic.required, encrypts: true }],
  ['rsync', { open: (config) => new rsync.RsyncStore(config), required: rsync.required, encrypts: false }],
  ['fake', { open: (config) => new FakeStore(config), required: () => [], encrypts: false }],
]);

/** Minor version of the oldest restic that will do, that of Debian 12. */
const OLDEST_RESTIC = 14;

/** The backup store of a datastore. Nothing is touched before its first method is called. */
export function openBackupStore(config: BackupStoreConfig): BackupStore {
  return backupDriver(config.driver).open(config);
}

/** Throws a OneError that names the attribute when a backup datastore could not work with these attributes. */
export function validateBackupStore(config: BackupStoreConfig): void {
  for (const name of requiredAttributes(config.driver, (name) => config.attributes[name])) {
    if (config.attributes[name]) continue;
    throw new OneError(CODE.INTERNAL, `A datastore with DS_MAD="${config.driver}" needs the attribute ${name}.`);
  }
  openBackupStore(config);
  layoutOf(config.driver, config.attributes['RESTIC_LAYOUT']);
}

/** Attributes that a backup datastore of this driver must have. */
export function requiredAttributes(dsMad: string, attributeOf: AttributeOf): readonly string[] {
  return backupDriver(dsMad).required(attributeOf);
}

/** Whether secrets may be kept in a store of this driver. */
export function keepsSecrets(dsMad: string): boolean {
  return backupDriver(dsMad).encrypts;
}

/** Whether what `restic version` said, or that it said nothing, means that another one is needed. */
export function needsRestic(said: string): boolean {
  const version = readVersion(said);
  return version === undefined || (version[0] === 0 && version[1] < OLDEST_RESTIC);
}

/** The store of images, or of the disks of running VMs, in a directory. */
export function openImageStore(basePath: string): ImageStore {
  return new DirectoryImageStore(basePath);
}

function backupDriver(dsMad: string): BackupDriver {
  const driver = BACKUP_DRIVERS.get(dsMad);
  if (driver) return driver;
  const known = [...BACKUP_DRIVERS.keys()].join(', ');
  throw new OneError(CODE.INTERNAL, `DS_MAD="${dsMad}" is not a driver of backup datastores; known are ${known}.`);
}
