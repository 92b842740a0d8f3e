// SELF_BACKUP of the configuration: where the daemon keeps copies of its own database, and how often. Pure.
import { field, type Vector } from '../model/attributes.ts';
import { DEFAULT_SELF_BACKUP, type SelfBackupSettings } from '../model/self-backup.ts';
import { bad, count } from './value.ts';

/** What the vector may hold. */
export const SELF_BACKUP_VECTORS: Record<string, string[]> = { SELF_BACKUP: ['DATASTORE', 'INTERVAL', 'KEEP'] };

const LEAST_INTERVAL_SEC = 300;

/** Throws a OneError that names the attribute, its value and what would be right. */
export function readSelfBackup(found: readonly Vector[]): SelfBackupSettings {
  const [vector] = found;
  if (vector === undefined) return DEFAULT_SELF_BACKUP;
  if (found.length > 1) bad('SELF_BACKUP', undefined, 'it may be there once; copies go into one datastore');
  const of = (name: string, otherwise: number, least: number, right: string): number => {
    const said = count(`SELF_BACKUP/${name}`, field(vector, name), otherwise, right);
    if (said < least) bad(`SELF_BACKUP/${name}`, String(said), `it must be ${right}`);
    return said;
  };
  const { intervalSec, keep } = DEFAULT_SELF_BACKUP;
  const datastore = field(vector, 'DATASTORE')?.trim();
  if (datastore === '') bad('SELF_BACKUP/DATASTORE', datastore, 'it must be the name or id of a backup datastore');
  return {
    datastore,
    intervalSec: of('INTERVAL', intervalSec, LEAST_INTERVAL_SEC, `a number of seconds, ${LEAST_INTERVAL_SEC} at least`),
    keep: of('KEEP', keep, 1, 'a number of copies, 1 at least'),
  };
}
