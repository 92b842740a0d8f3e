import { describe, expect, it } from 'vitest';
import { readRsyncConfig } from './config.ts';
import { rsyncTarget, sshArgv } from '../../exec/ssh.ts';

const read = (attributes: Record<string, string>, basePath = '/var/lib/one/datastores/100') =>
  readRsyncConfig({ driver: 'rsync', datastoreId: 100, basePath, attributes });
const REMOTE = { RSYNC_HOST: 'vault', RSYNC_USER: 'oneadmin' };

describe('the attributes of an rsync datastore', () => {
  it('need a host and a user there, and use its own directory', () => {
    const config = read(REMOTE);
    expect(config).toMatchObject({
      path: '/var/lib/one/datastores/100',
      ownDirectory: true,
      args: ['-aS'],
      prefix: [],
    });
    expect(config.ssh).toMatchObject({ host: 'vault', user: 'oneadmin' });
    expect(sshArgv(config.ssh!, 'true').join(' ')).toMatch(
      /^ssh .*BatchMode=yes .*StrictHostKeyChecking=yes .*-l oneadmin -- vault true$/,
    );
  });

  it('need nothing for a directory of this machine', () => {
    const config = read({ RSYNC_BACKEND: 'local', RSYNC_PATH: '/srv//vault/', RSYNC_HOST: '' });
    expect(config).toMatchObject({ path: '/srv/vault', ownDirectory: false, ssh: null });
  });

  it('become options', () => {
    const config = read({
      ...REMOTE,
      RSYNC_HOST: '2001:db8::7',
      RSYNC_SSH_PORT: '2222',
      RSYNC_SSH_KEY: '/etc/onevault/key',
      RSYNC_SSH_KNOWN_HOSTS: '/etc/onevault/known_hosts',
      RSYNC_ARGS: '-az --timeout=60',
      RSYNC_BWLIMIT: '2048',
      RSYNC_NICE: '-5',
      RSYNC_IONICE: '7',
    });
    expect(config.args).toEqual(['-az', '--timeout=60', '--bwlimit=2048']);
    expect(config.prefix.join(' ')).toBe('nice -n -5 ionice -c 2 -n 7');
    const argv = sshArgv(config.ssh!, 'true').join(' ');
    expect(argv).toContain('-p 2222 -i /etc/onevault/key -o IdentitiesOnly=yes');
    expect(argv).toContain('-o UserKnownHostsFile=/etc/onevault/known_hosts');
    expect(rsyncTarget(config.ssh!, '/srv')).toBe('oneadmin@[2001:db8::7]:/srv');
  });

  it('leave others alone', () => {
    expect(read({ ...REMOTE, RSYNC_TMP_DIR: 'x', RSYNC_SPARSIFY: 'maybe', COMMENT: '' })).toEqual(read(REMOTE));
  });

  it.each([
    ['RSYNC_BACKEND', 'NFS', /RSYNC_BACKEND="NFS".*SSH.*LOCAL/],
    ['RSYNC_BACKEND', 'LOCAL', /RSYNC_HOST="vault".*must be empty/],
    ['RSYNC_HOST', '', /RSYNC_HOST=""/],
    ['RSYNC_HOST', '-oProxyCommand=id', /RSYNC_HOST="-oProxyCommand=id"/],
    ['RSYNC_HOST', 'a b', /RSYNC_HOST="a b"/],
    ['RSYNC_USER', '', /RSYNC_USER=""/],
    ['RSYNC_USER', '-l', /RSYNC_USER="-l"/],
    ['RSYNC_PATH', 'backups', /RSYNC_PATH="backups".*absolute/],
    ['RSYNC_PATH', '/', /RSYNC_PATH="\/"/],
    ['RSYNC_PATH', '/a\nb', /RSYNC_PATH/],
    ['RSYNC_SSH_PORT', '0', /RSYNC_SSH_PORT="0".*1 to 65535/],
    ['RSYNC_SSH_KEY', 'id_rsa', /RSYNC_SSH_KEY="id_rsa".*absolute/],
    ['RSYNC_SSH_KEY', "/a'b c", /RSYNC_SSH_KEY/],
    ['RSYNC_SSH_KNOWN_HOSTS', '/a/%h', /RSYNC_SSH_KNOWN_HOSTS/],
    ['RSYNC_BWLIMIT', '10MB', /RSYNC_BWLIMIT="10MB"/],
    ['RSYNC_NICE', '20', /RSYNC_NICE="20".*-19 to 19/],
    ['RSYNC_IONICE', '-1', /RSYNC_IONICE="-1".*0 to 7/],
    ['RSYNC_ARGS', '-a -e sh', /"-e" is not allowed/],
    ['RSYNC_ARGS', '-ae', /"-ae" is not allowed/],
    ['RSYNC_ARGS', '--rsh=sh', /"--rsh=sh" is not allowed/],
    ['RSYNC_ARGS', '--rsync-path=sh', /"--rsync-path=sh"/],
    ['RSYNC_ARGS', '-a --daemon', /"--daemon"/],
    ['RSYNC_ARGS', '-a --log-file=/etc/passwd', /"--log-file=\/etc\/passwd"/],
    ['RSYNC_ARGS', '-a --write-batch=x', /"--write-batch=x"/],
    ['RSYNC_ARGS', '-a --remove-source-files', /"--remove-source-files"/],
    ['RSYNC_ARGS', '-a --delete', /"--delete"/],
    ['RSYNC_ARGS', '-ac', /"-ac"/],
    ['RSYNC_ARGS', '-an', /"-an"/],
    ['RSYNC_ARGS', '-a --', /"--" is not allowed/],
    ['RSYNC_ARGS', '-a /etc', /"\/etc" is not allowed/],
    ['RSYNC_ARGS', '--bwlimit=fast', /"--bwlimit=fast"/],
    ['RSYNC_ARGS', '--bwlimit', /"--bwlimit" is not allowed/],
  ])('refuse %s="%s"', (name, value, complaint) => {
    expect(() => read({ ...REMOTE, [name]: value })).toThrow(complaint);
  });
});
