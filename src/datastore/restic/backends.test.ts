// What the attributes of each backend become: arguments without any secret, and an environment.
import { describe, expect, it } from 'vitest';
import { readResticConfig, resticArgv } from './config.ts';

const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----';
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----';
const read = (attributes: Record<string, string>) =>
  readResticConfig({
    ...{ driver: 'restic', datastoreId: 100, basePath: '/var/lib/one/datastores/100' },
    attributes: { RESTIC_PASSWORD: 'hush', ...attributes },
  });
const argv = (attributes: Record<string, string>): string =>
  resticArgv(read(attributes), ['cat', 'config'], (text) => (text.includes('CERTIFICATE') ? '/cert' : '/key')).join(
    ' ',
  );

const SFTP = { RESTIC_BACKEND: 'SFTP', RESTIC_SFTP_SERVER: 'vault' };
const S3 = {
  ...{ RESTIC_BACKEND: 'S3', RESTIC_S3_BUCKET: 'backups' },
  ...{ RESTIC_S3_ACCESS_KEY_ID: 'AKIDHUSH', RESTIC_S3_SECRET_ACCESS_KEY: 'hush-key' },
};
const REST = { RESTIC_BACKEND: 'REST', RESTIC_REST_URL: 'https://vault:8000/one' };

describe('the backends of restic datastores', () => {
  it('SFTP takes server, user, port, path and key', () => {
    expect(read(SFTP).repository).toBe('sftp://oneadmin@vault//var/lib/one/datastores/100');
    const all = { RESTIC_SFTP_USER: 'bob', RESTIC_SFTP_PORT: '2222', RESTIC_SFTP_PATH: '/srv/r', RESTIC_SFTP_KEY: KEY };
    expect(read({ ...SFTP, ...all }).repository).toBe('sftp://bob@vault:2222//srv/r');
    expect(argv({ ...SFTP, ...all })).toContain('-i /key');
    expect(argv({ ...SFTP, ...all })).not.toContain('abc');
    expect(() => read({ ...SFTP, RESTIC_SFTP_KNOWN_HOSTS: 'no key' })).toThrow(/RESTIC_SFTP_KNOWN_HOSTS/);
  });

  it('S3 takes endpoint, bucket, prefix, region, addressing and certificates', () => {
    expect(argv(S3)).toContain('-r s3:s3.amazonaws.com/backups/onevault-100 ');
    expect(argv(S3)).toContain('s3.region=us-east-1');
    const all = {
      ...{ RESTIC_S3_ENDPOINT: 'https://minio:9000', RESTIC_S3_PREFIX: 'a/b', RESTIC_S3_REGION: 'eu-west-1' },
      ...{ RESTIC_S3_FORCE_PATH_STYLE: 'YES', RESTIC_S3_CACERT: CERTIFICATE },
    };
    expect(argv({ ...S3, ...all })).toContain('-r s3:https://minio:9000/backups/a/b ');
    expect(argv({ ...S3, ...all })).toMatch(/s3\.region=eu-west-1 .*s3\.bucket-lookup=path/);
    expect(argv({ ...S3, ...all })).toContain('--cacert /cert');
    expect(argv({ ...S3, RESTIC_S3_INSECURE_TLS: 'YES' })).toContain('--insecure-tls');
    expect(argv({ ...S3, ...all })).not.toMatch(/hush/i);
    expect(read(S3).env).toMatchObject({ AWS_ACCESS_KEY_ID: 'AKIDHUSH', AWS_SECRET_ACCESS_KEY: 'hush-key' });
  });

  it('REST takes an address, a user with a password, and certificates', () => {
    expect(read(REST).repository).toBe('rest:https://vault:8000/one/');
    const login = { RESTIC_REST_USER: 'bob', RESTIC_REST_PASSWORD: 'hush' };
    expect(read({ ...REST, ...login }).env['RESTIC_REPOSITORY']).toBe('rest:https://bob:hush@vault:8000/one/');
    expect(argv({ ...REST, ...login, RESTIC_REST_CACERT: CERTIFICATE })).toContain('--cacert /cert');
    expect(argv({ ...REST, ...login, RESTIC_REST_INSECURE_TLS: 'YES' })).toContain('--insecure-tls');
    expect(argv({ ...REST, ...login })).not.toContain('hush');
    expect(() => read({ ...REST, RESTIC_REST_PASSWORD: 'hush' })).toThrow(/RESTIC_REST_USER/);
  });

  it('all may be waited for as long as one says', () => {
    expect(read(SFTP).stallMs).toBe(300_000);
    expect(read({ ...SFTP, RESTIC_STALL_SEC: '20' }).stallMs).toBe(20_000);
    expect(() => read({ ...SFTP, RESTIC_STALL_SEC: '5' })).toThrow(/RESTIC_STALL_SEC="5".*10 to 86400/);
  });
});
