import { expect, it } from 'vitest';
import { parseTemplate } from '../wire/template-text.ts';
import { sourceOf } from './source.ts';

const of = (text: string, driver?: string): ReturnType<typeof sourceOf> => sourceOf(parseTemplate(text), driver);

it('takes the file that made the datastore', () => {
  const text = 'NAME="v"\nDS_MAD="restic"\nRESTIC_BACKEND="LOCAL"\nRESTIC_PATH="/r"\nRESTIC_PASSWORD="p"';
  expect(of(text)).toMatchObject({
    driver: 'restic',
    basePath: '/r',
    inUse: true,
    attributes: { RESTIC_PASSWORD: 'p' },
  });
});

it('takes the driver that was asked for', () => {
  expect(of('DS_MAD="restic"\nRSYNC_PATH="/r"', 'rsync')).toMatchObject({ driver: 'rsync', basePath: '/r' });
});

it('needs no place where the backend has one', () => {
  expect(of('DS_MAD="restic"\nRESTIC_BACKEND="S3"').driver).toBe('restic');
});

it.each([
  ['RESTIC_PASSWORD="p"', 'name no driver'],
  ['DS_MAD="restic"\nRESTIC_BACKEND="LOCAL"', 'RESTIC_PATH is missing'],
  ['DS_MAD="restic"\nRESTIC_BACKEND="sftp"', 'RESTIC_SFTP_PATH is missing'],
  ['DS_MAD="restic"', 'RESTIC_PATH is missing'],
  ['DS_MAD="restic"\nRESTIC_SFTP_SERVER="s"', 'RESTIC_SFTP_PATH is missing'],
  ['DS_MAD="rsync"', 'RSYNC_PATH is missing'],
])('%s is refused', (text, why) => {
  expect(() => of(text)).toThrow(why);
});
