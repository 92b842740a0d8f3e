// Values that would be options of a program if they came where options are looked for.
import { describe, expect, it } from 'vitest';
import { readResticConfig, resticArgv } from '../../src/datastore/restic/config.ts';
import { sftpCommand } from '../../src/datastore/restic/sftp.ts';
import { readArgs } from '../../src/datastore/rsync/args.ts';
import { readRsyncConfig } from '../../src/datastore/rsync/config.ts';
import { findAll, printManifest } from '../../src/datastore/rsync/layout.ts';
import { sshfsArgv } from '../../src/datastore/rsync/sshfs.ts';
import { shellText } from '../../src/exec/shell.ts';
import { masterArgv, sshArgv } from '../../src/exec/ssh.ts';
import { run } from '../../src/exec/exec.ts';
import { element } from '../../src/hypervisor/libvirt/xml.ts';
import { readSshAddress, sshHostOf } from '../../src/model/ssh-host.ts';
import type { Attributes } from '../../src/model/attributes.ts';

const OPTION = '-oProxyCommand=touch /tmp/onevault-was-here';
const target = { host: OPTION, user: OPTION, port: undefined, key: undefined, knownHosts: undefined };

describe('ssh', () => {
  it.each([sshArgv(target, OPTION), masterArgv(target, '/run/s')])('takes no host for an option: %j', (...argv) => {
    const end = argv.indexOf('--');
    expect(argv[end - 2]).toBe('-l'); // so the user is the value of an option
    expect(argv.indexOf(OPTION, end)).toBe(end + 1);
    expect(argv.slice(0, end - 1)).not.toContain(OPTION);
  });

  it.each([
    `root@${OPTION}`,
    `${OPTION}@host`,
    '-x@host',
    'root@-h',
    'root@h h',
    'root@h;id',
    "root@h'",
    'root@h:0',
    'root@h:99999',
    'root@[::1',
    'root@h\n',
  ])('is not given the host %j', (address) =>
    expect(() => readSshAddress(address)).toThrow(/is not right; it must be user@host/),
  );

  it.each(['/x y', '/x;id', '/x/../y', '-x', '/$(id)', '/`id`', '/x\n'])(
    'is not given the directory %j',
    (directory) => {
      const template: Attributes = [
        ['SSH', 'root@h'],
        ['SSH_HOST_KEY', 'ssh-ed25519 AAAA'],
        ['SSH_DIRECTORY', directory],
      ];
      expect(() => sshHostOf({ id: 1, template }, 'here')).toThrow(/SSH_DIRECTORY=.* is not right/s);
    },
  );
});

describe('restic', () => {
  const base = { driver: 'restic', datastoreId: 1, basePath: '/srv/vault' };
  const read = (attributes: Record<string, string>) =>
    readResticConfig({ ...base, attributes: { RESTIC_PASSWORD: 'x', ...attributes } });
  const sftp = { RESTIC_BACKEND: 'SFTP', RESTIC_SFTP_SERVER: 'h' };

  it.each([
    { ...sftp, RESTIC_SFTP_SERVER: OPTION },
    { ...sftp, RESTIC_SFTP_SERVER: 'h -oProxyCommand=x' },
    { ...sftp, RESTIC_SFTP_USER: '-oProxyCommand=x' },
    { ...sftp, RESTIC_SFTP_USER: 'a b' },
    { ...sftp, RESTIC_SFTP_PATH: '-r' },
    { ...sftp, RESTIC_SFTP_KEY: '/k -oProxyCommand=x' },
    { RESTIC_PATH: '--password-command=id' },
    { RESTIC_PATH: '/x\n--y' },
    { RESTIC_BACKEND: 'REST', RESTIC_REST_URL: '--password-command=id' },
    { RESTIC_BACKEND: 'REST', RESTIC_REST_URL: 'http://u:p@h/' },
  ])('is not given %j', (attributes) => {
    expect(() => read(attributes)).toThrow(/RESTIC_\w+=".*" is not/s);
  });

  it('has every value of ours behind the option that it is of, or behind the last one', () => {
    const config = read({ ...sftp, RESTIC_SFTP_KEY: '/k', RESTIC_SFTP_KNOWN_HOSTS: '/h' });
    const argv = resticArgv(config, ['dump', '--', 'abcdef01', '-/x'], () => '/text');
    expect(argv.indexOf('-/x')).toBeGreaterThan(argv.indexOf('--'));
    expect(argv.slice(argv.indexOf('-r'), argv.indexOf('-r') + 2)).toEqual(['-r', 'sftp://oneadmin@h//srv/vault']);
    const ssh = config.transport.ssh;
    expect(ssh && sftpCommand(ssh, () => '/text')).toMatch(/ -l oneadmin -s -- h sftp$/);
  });
});

describe('rsync', () => {
  const read = (attributes: Record<string, string>) =>
    readRsyncConfig({ driver: 'rsync', datastoreId: 1, basePath: '/srv/vault', attributes });
  const far = { RSYNC_HOST: 'h', RSYNC_USER: 'u' };

  it.each([
    ...[
      '-e sh',
      '--rsh=sh',
      '-e',
      '--rsync-path=id',
      '--files-from=/etc/passwd',
      '--remove-source-files',
      '--delete',
      '-M--x',
    ],
    ...[
      '--log-file=/etc/x',
      '--temp-dir=/etc',
      '--copy-dest=/x',
      '/etc/passwd',
      '--',
      '-',
      '--bwlimit=`id`',
      '--daemon',
      '--config=x',
    ],
  ])('is not given the option %s', (args) => {
    expect(() => readArgs(args)).toThrow(/is not usable/);
  });

  it.each([
    { ...far, RSYNC_HOST: OPTION },
    { ...far, RSYNC_HOST: 'h h' },
    { ...far, RSYNC_USER: '-oProxyCommand=x' },
    { ...far, RSYNC_PATH: '--delete' },
    { ...far, RSYNC_PATH: 'host::module' },
    { ...far, RSYNC_SSH_KEY: '/k -oProxyCommand=x' },
    { ...far, RSYNC_SSH_KNOWN_HOSTS: '/%d' },
  ])('is not given %j', (attributes) => {
    expect(() => read(attributes)).toThrow(/RSYNC_\w+=".*" is not/s);
  });

  it('and find and sshfs get paths that are absolute, behind the options', () => {
    const { path, ssh } = read({ ...far, RSYNC_PATH: '/-delete/*' });
    expect(findAll(path)[1]).toBe('/-delete/*');
    expect(printManifest(path)[1]).toBe('/-delete/*');
    const argv = sshfsArgv(ssh ?? target, '/a,allow_other', '/mnt');
    expect(argv.slice(argv.indexOf('--') + 1)).toEqual(['u@h:/a,allow_other', '/mnt']);
  });
});

it('a shell takes no argument for anything but itself', async () => {
  const words = ["'; id; '", '$(id)', '`id`', '-x', 'a\nb', '\\', '"', '*', '~', '#', '!!', '\u009b', ''];
  const { stdout } = await run(['sh', '-c', shellText([['printf', '%s\\0', ...words]])]);
  expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  expect(() => shellText([['a\0b']])).toThrow(/NUL/);
});

it('a text in the XML for libvirt is a text', () => {
  const hostile = `'/><disk type='file'><source file='/etc/shadow'/></disk><!--`;
  const xml = element('source', { file: hostile });
  expect(xml).not.toMatch(/<disk|<!--/);
  expect(xml.match(/</g)).toHaveLength(1);
});
