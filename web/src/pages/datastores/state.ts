// What datastores are for, how they stand, and where their data lie. Pure.
import type { Attributes, Datastore } from '../../api/documents.ts';
import { textOf } from '../../api/template-text.ts';
import type { Tone } from '../../parts/state-badge.tsx';

/** OpenNebula's numbers of types, by the names that templates have for them. */
export const TYPE_NAMES = ['IMAGE_DS', 'SYSTEM_DS', 'FILE_DS', 'BACKUP_DS'] as const;
export const SYSTEM_DS = 1;
export const BACKUP_DS = 3;
/** What was wrong when it was last looked at. */
export const MONITOR_ERROR = 'MONITOR_ERROR';

export function datastoreState({ STATE, TOTAL_MB, TEMPLATE }: Pick<Datastore, 'STATE' | 'TOTAL_MB' | 'TEMPLATE'>): {
  state: 'ready' | 'disabled' | 'error' | 'unknown';
  tone: Tone;
} {
  if (STATE === 1) return { state: 'disabled', tone: 'calm' };
  if (textOf(TEMPLATE, MONITOR_ERROR) !== undefined) return { state: 'error', tone: 'bad' };
  return TOTAL_MB === 0 ? { state: 'unknown', tone: 'care' } : { state: 'ready', tone: 'good' };
}

/** Where the data of a backup datastore lie, in a line: `s3 bucket backups`, `sftp me@vault:/srv`. */
export function placeOf({ DS_MAD, BASE_PATH, TEMPLATE }: Pick<Datastore, 'DS_MAD' | 'BASE_PATH' | 'TEMPLATE'>): string {
  const given = (name: string): string => textOf(TEMPLATE, name) ?? '';
  if (DS_MAD === 'rsync')
    return given('RSYNC_HOST') === '' ? given('RSYNC_PATH') || BASE_PATH : rsyncPlace(TEMPLATE, BASE_PATH);
  if (given('RESTIC_S3_BUCKET') !== '')
    return `S3 ${given('RESTIC_S3_BUCKET')} (${given('RESTIC_S3_ENDPOINT') || 's3.amazonaws.com'})`;
  if (given('RESTIC_REST_URL') !== '') return given('RESTIC_REST_URL');
  if (given('RESTIC_SFTP_SERVER') !== '')
    return `SFTP ${given('RESTIC_SFTP_SERVER')}:${given('RESTIC_SFTP_PATH') || BASE_PATH}`;
  return given('RESTIC_PATH') || BASE_PATH;
}

function rsyncPlace(template: Attributes, otherwise: string): string {
  const [user, host, path] = ['RSYNC_USER', 'RSYNC_HOST', 'RSYNC_PATH'].map((name) => textOf(template, name) ?? '');
  return `${user}@${host}:${path || otherwise}`;
}
