// The store to recover from, as the attributes of its datastore describe it. Pure.
import type { Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { BackupStoreConfig } from '../model/backup-store-config.ts';

/** Where a store is whose place a datastore knows from its own id when the attribute is left out. Here it has none. */
function placeOf(driver: string, attributes: Record<string, string>): string | undefined {
  if (driver === 'rsync') return 'RSYNC_PATH';
  if (driver !== 'restic') return undefined;
  const backend = (attributes['RESTIC_BACKEND'] || (attributes['RESTIC_SFTP_SERVER'] ? 'SFTP' : 'LOCAL')).toUpperCase();
  if (backend === 'LOCAL') return 'RESTIC_PATH';
  return backend === 'SFTP' ? 'RESTIC_SFTP_PATH' : undefined;
}

/** `driver` is what was asked for, in the place of DS_MAD. */
export function sourceOf(attributes: Attributes, driver: string | undefined): BackupStoreConfig {
  const texts = Object.fromEntries(
    attributes.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  const named = driver ?? texts['DS_MAD'];
  if (named === undefined) {
    throw new OneError(CODE.ACTION, 'The attributes name no driver.', {
      hint: 'Give DS_MAD="restic" in them, or --driver restic.',
    });
  }
  const place = placeOf(named, texts);
  if (place !== undefined && !texts[place]) {
    throw new OneError(
      CODE.ACTION,
      `The attribute ${place} is missing: it must be the directory that has the copies.`,
      {
        hint: `A datastore that names none is in the directory of its id: ${place}="/var/lib/onevault/datastores/100".`,
      },
    );
  }
  const basePath = (place === undefined ? undefined : texts[place]) ?? '/';
  return { driver: named, datastoreId: -1, basePath, inUse: true, attributes: texts };
}
