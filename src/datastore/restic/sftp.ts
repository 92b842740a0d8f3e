// A repository in a directory of another machine, over SFTP. Pure. It never asks anything: a host whose key is not known is refused, and so is
// a password.
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import { sshCommand, type SshTarget } from '../../exec/ssh.ts';
import { absolutePath, fileText, wholeNumber, word } from './attributes.ts';
import type { Attributes, FileText } from './attributes.ts';
import { NOTHING, type SftpTarget, type Transport } from './place.ts';

const HOST = /^[A-Za-z0-9:]([A-Za-z0-9._:-]{0,254})$/;
const HOST_IS = 'must be the name or address of a machine';
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

export function sftp({ attributes, basePath }: BackupStoreConfig): Transport {
  const host = word(attributes, 'RESTIC_SFTP_SERVER', HOST, HOST_IS);
  const user = word(attributes, 'RESTIC_SFTP_USER', USER, 'must be the name of a user there', 'oneadmin');
  const port = wholeNumber(attributes, 'RESTIC_SFTP_PORT', 1, 65_535);
  const path = absolutePath(attributes, 'RESTIC_SFTP_PATH', basePath);
  const place = `${user}@${bracketed(host)}${port === undefined ? '' : `:${port}`}`;
  const key = fileText(attributes, 'RESTIC_SFTP_KEY', /^-----BEGIN [A-Z ]*PRIVATE KEY-----\n/, 'a private key');
  const knownHosts = knownHostsOf(attributes, host, port);
  return {
    ...NOTHING,
    backend: 'SFTP',
    repository: `sftp://${place}/${path}`,
    path,
    host,
    ssh: { host, user, port, key, knownHosts },
    secrets: key && 'text' in key ? [key.text] : [],
  };
}

/** A key without the name of its host is that of the server. */
function knownHostsOf(attributes: Attributes, host: string, port: number | undefined): FileText | undefined {
  const key = '(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp\\d+|sk-\\S+@openssh\\.com) [A-Za-z0-9+/=]{40,}';
  const line = `(${key}|[^\\s#]+ ${key})( [^\\n]*)?`;
  const lines = new RegExp(`^${line}(\\n${line})*$`);
  const file = fileText(attributes, 'RESTIC_SFTP_KNOWN_HOSTS', lines, 'host keys as ssh-keyscan writes them');
  if (file === undefined || 'path' in file) return file;
  const name = port === undefined || port === 22 ? host : `[${host}]:${port}`;
  const named = file.text.split('\n').map((one) => (new RegExp(`^${key}`).test(one) ? `${name} ${one}` : one));
  return { text: named.join('\n') };
}

/** restic splits it at spaces, and no argument has one. */
export function sftpCommand(ssh: SftpTarget, path: (file: FileText) => string): string {
  const [program = 'ssh', ...options] = sshCommand(targetOf(ssh, path));
  return [program, ...options, '-l', ssh.user, '-s', '--', ssh.host, 'sftp'].join(' ');
}

/** sftp, to be given commands on its stdin. */
export function sftpArgv(ssh: SftpTarget, path: (file: FileText) => string): string[] {
  const [, ...options] = sshCommand(targetOf(ssh, path));
  // it takes options of ssh, but another letter for the port, and none for what it does by itself
  const known = options.filter((one) => one !== '-x' && one !== '-T').map((one) => (one === '-p' ? '-P' : one));
  return ['sftp', ...known, '-b', '-', `${ssh.user}@${bracketed(ssh.host)}`];
}

function targetOf(ssh: SftpTarget, path: (file: FileText) => string): SshTarget {
  return { ...ssh, key: ssh.key && path(ssh.key), knownHosts: ssh.knownHosts && path(ssh.knownHosts) };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
