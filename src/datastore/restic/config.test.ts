import { describe, expect, it } from 'vitest';
import { readResticConfig, resticArgv } from './config.ts';

const read = (attributes: Record<string, string>) =>
  readResticConfig({ driver: 'restic', datastoreId: 100, basePath: '/var/lib/one/datastores/100', attributes });
const argv = (attributes: Record<string, string>) =>
  resticArgv(read({ RESTIC_PASSWORD: 'secret', ...attributes }), ['cat', 'config'], () => '/key').join(' ');

describe('the attributes of a restic datastore', () => {
  it('need only a password', () => {
    expect(argv({})).toBe('restic -r /var/lib/one/datastores/100 --no-cache cat config');
    expect(argv({ RESTIC_BACKEND: 'local', RESTIC_PATH: '' })).toBe(argv({}));
  });

  it('become options, and the environment holds the password', () => {
    const all = {
      RESTIC_PASSWORD: 'secret',
      RESTIC_PATH: '/srv/vault',
      RESTIC_COMPRESSION: 'MAX',
      RESTIC_CONNECTIONS: '3',
      RESTIC_BWLIMIT: '2048',
      RESTIC_NICE: '-5',
      RESTIC_IONICE: '7',
      RESTIC_MAXPROC: '2',
    };
    expect(argv(all)).toBe(
      'nice -n -5 ionice -c 2 -n 7 restic -r /srv/vault --no-cache --compression max -o local.connections=3 ' +
        '--limit-upload 2048 --limit-download 2048 cat config',
    );
    expect(read(all).env).toMatchObject({ RESTIC_PASSWORD: 'secret', GOMAXPROCS: '2', RESTIC_PASSWORD_COMMAND: '' });
    expect(argv(all)).not.toContain('secret');
  });

  it('say how much a prune may leave and rewrite', () => {
    expect(read({ RESTIC_PASSWORD: 'x' }).pruneOptions).toEqual(['--max-unused', '5%']);
    for (const value of ['0', '500M', '2.5%', 'Unlimited']) {
      const given = { RESTIC_PASSWORD: 'x', RESTIC_PRUNE_MAX_UNUSED: value, RESTIC_PRUNE_MAX_REPACK: '2G' };
      const options = ['--max-unused', value.toLowerCase(), '--max-repack-size', '2g'];
      expect(read(given).pruneOptions).toEqual(options);
    }
  });

  it.each([
    ['RESTIC_COMPRESSION', 'best', /RESTIC_COMPRESSION="best".*auto, off, max/],
    ['RESTIC_CONNECTIONS', '0', /RESTIC_CONNECTIONS="0".*1 to 64/],
    ['RESTIC_BWLIMIT', '10MB', /RESTIC_BWLIMIT="10MB"/],
    ['RESTIC_NICE', '20', /RESTIC_NICE="20".*-19 to 19/],
    ['RESTIC_IONICE', '-1', /RESTIC_IONICE="-1".*0 to 7/],
    ['RESTIC_MAXPROC', '1.5', /RESTIC_MAXPROC="1.5"/],
    ['RESTIC_PATH', 'backups', /RESTIC_PATH="backups".*absolute/],
    ['RESTIC_BACKEND', 'S3', /RESTIC_S3_BUCKET is missing; it must be the name of a bucket/],
    ['RESTIC_BACKEND', 'SFTP', /RESTIC_SFTP_SERVER is missing/],
    ['RESTIC_BACKEND', 'FTP', /RESTIC_BACKEND="FTP".*must be one of LOCAL, SFTP, S3, REST/],
    ['RESTIC_S3_BUCKET', 'vault', /RESTIC_S3_BUCKET="vault".*must be empty with RESTIC_BACKEND="LOCAL"/],
    ['RESTIC_CPU_QUOTA', '0', /RESTIC_CPU_QUOTA="0".*1 to 100000/],
    ['RESTIC_MEMORY_MAX_MB', '10', /RESTIC_MEMORY_MAX_MB="10".*64 to/],
    ['RESTIC_MAX_RIOPS', 'x', /RESTIC_MAX_RIOPS="x"/],
    ['RESTIC_MAX_WIOPS', '0', /RESTIC_MAX_WIOPS="0"/],
    ['TOTAL_MB', '0', /TOTAL_MB="0"/],
    ['RESTIC_TMP_DIR', 'tmp', /RESTIC_TMP_DIR="tmp".*absolute/],
    ['RESTIC_PRUNE_MAX_UNUSED', 'half', /RESTIC_PRUNE_MAX_UNUSED="half".*500M.*5%.*unlimited/],
    ['RESTIC_PRUNE_MAX_UNUSED', '100%', /RESTIC_PRUNE_MAX_UNUSED="100%"/],
    ['RESTIC_PRUNE_MAX_UNUSED', '-1', /RESTIC_PRUNE_MAX_UNUSED="-1"/],
    ['RESTIC_PRUNE_MAX_REPACK', '5%', /RESTIC_PRUNE_MAX_REPACK="5%".*size/],
    ['RESTIC_PASSWORD', '', /RESTIC_PASSWORD is missing/],
  ])('refuse %s="%s"', (name, value, complaint) => {
    expect(() => read({ RESTIC_PASSWORD: 'secret', [name]: value })).toThrow(complaint);
  });

  it('never show the password in an error', () => {
    expect(() => read({ RESTIC_PASSWORD: 'secret', RESTIC_NICE: 'x' })).not.toThrow(/secret/);
  });
});
