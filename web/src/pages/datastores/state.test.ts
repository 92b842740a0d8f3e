import { expect, it } from 'vitest';
import { allFields, fieldGroups } from './fields.ts';
import { datastoreState, placeOf } from './state.ts';

it('is disabled, not to be reached, of unknown capacity, or ready', () => {
  const state = (STATE: number, TOTAL_MB: number, TEMPLATE = {}) => datastoreState({ STATE, TOTAL_MB, TEMPLATE }).state;
  expect(state(1, 0)).toBe('disabled');
  expect(state(0, 0)).toBe('unknown');
  expect(state(0, 10)).toBe('ready');
  expect(state(0, 10, { MONITOR_ERROR: 'gone' })).toBe('error');
});

it('lies where its attributes say, or in its directory', () => {
  const place = (DS_MAD: string, TEMPLATE: Record<string, string>) => placeOf({ DS_MAD, BASE_PATH: '/base', TEMPLATE });
  expect(place('restic', {})).toBe('/base');
  expect(place('restic', { RESTIC_PATH: '/srv' })).toBe('/srv');
  expect(place('restic', { RESTIC_S3_BUCKET: 'b', RESTIC_S3_ENDPOINT: 'minio' })).toBe('S3 b (minio)');
  expect(place('restic', { RESTIC_SFTP_SERVER: 'vault', RESTIC_SFTP_PATH: '/r' })).toBe('SFTP vault:/r');
  expect(place('rsync', { RSYNC_USER: 'me', RSYNC_HOST: 'vault' })).toBe('me@vault:/base');
  expect(place('rsync', { RSYNC_BACKEND: 'LOCAL', RSYNC_PATH: '/r' })).toBe('/r');
});

const names = (driver: string, values: Record<string, string>): string[] =>
  fieldGroups('BACKUP_DS', driver, values).flatMap(({ fields }) => fields.map(({ name }) => name));

it('asks for what the backend needs, and for nothing of another', () => {
  expect(names('restic', {})).toContain('RESTIC_PATH');
  expect(names('restic', { RESTIC_SFTP_SERVER: 'vault' })).toContain('RESTIC_SFTP_KEY');
  expect(names('restic', { RESTIC_BACKEND: 'S3' })).toContain('RESTIC_S3_BUCKET');
  expect(names('restic', { RESTIC_BACKEND: 'S3' }).filter((name) => /SFTP|REST_|_PATH$/.test(name))).toEqual([]);
  expect(names('rsync', { RSYNC_BACKEND: 'LOCAL' })).not.toContain('RSYNC_HOST');
  expect(names('fake', {})).toContain('VERIFY');
});

it('has every field of a driver once among all', () => {
  const all = allFields('BACKUP_DS', 'restic').map(({ name }) => name);
  expect(new Set(all).size).toBe(all.length);
  for (const backend of ['LOCAL', 'SFTP', 'S3', 'REST']) {
    for (const name of names('restic', { RESTIC_BACKEND: backend })) expect(all).toContain(name);
  }
});
