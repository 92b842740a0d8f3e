// The texts that the shell of a host is given, and what their answers and complaints mean. Pure. Every path in them is one of letters, digits
// and a few signs, which is checked where the attributes of a host are read.
import { ConnectionLost, type OneError } from '../model/errors.ts';
import type { SshHost } from '../model/ssh-host.ts';

/** What is known of a parcel over there. */
export interface ParcelName {
  name: string;
  sha256: string;
}

export interface Found {
  /** Names of those that are there, whole. */
  whole: Set<string>;
  /** What the restic there says of its version, empty when there is none. */
  restic: string;
}

/** Looks which parcels are there as they should be, and which restic. */
export function lookText(base: string, wanted: readonly ParcelName[]): string {
  const looks = wanted.map(
    ({ name, sha256 }) =>
      `if cd ${base}/${name} 2>/dev/null && echo '${sha256}  SHA256SUMS' | sha256sum -c --status 2>/dev/null` +
      ` && sha256sum -c --status SHA256SUMS 2>/dev/null; then echo 'whole ${name}'; fi`,
  );
  return ['PATH=$PATH:/usr/sbin:/sbin', ...looks, 'restic version 2>/dev/null || true'].join('\n');
}

export function readLook(stdout: string): Found {
  const lines = stdout.split('\n');
  return {
    whole: new Set(lines.filter((line) => line.startsWith('whole ')).map((line) => line.slice('whole '.length))),
    restic: lines.find((line) => line.startsWith('restic ')) ?? '',
  };
}

/** Takes a parcel as a tar on stdin. It has its name only when every hash is right. */
export function takeText(base: string, { name, sha256 }: ParcelName): string {
  return [
    'set -e',
    'umask 022',
    `mkdir -p ${base}`,
    `new=$(mktemp -d ${base}/.incoming-XXXXXX)`,
    `trap 'rm -rf "$new"' EXIT`,
    'tar -xf - -C "$new"',
    'cd "$new"',
    `echo '${sha256}  SHA256SUMS' | sha256sum -c --status`,
    'sha256sum -c --quiet SHA256SUMS',
    'chmod 755 "$new"',
    'sync -f .',
    // one that was not whole is in the way
    `if [ -e ${base}/${name} ]; then mv -T ${base}/${name} "$new.old"; fi`,
    `mv -T "$new" ${base}/${name}`,
    'rm -rf "$new.old"',
    'trap - EXIT',
  ].join('\n');
}

/** Removes parcels of other versions from which no process runs, and what broken uploads have left. */
export function tidyText(base: string, kept: readonly string[]): string {
  return [
    `for each in ${base}/*-* ${base}/.incoming-*; do`,
    '  [ -d "$each" ] || continue',
    `  case "$each" in ${kept.map((name) => `${base}/${name}`).join('|')}) continue ;; esac`,
    '  case "$each" in */.incoming-*) [ -n "$(find "$each" -maxdepth 0 -mmin +60)" ] || continue ;; esac',
    '  if grep -qsaF "$each/" /proc/[0-9]*/cmdline; then continue; fi',
    '  rm -rf "$each"',
    'done',
  ].join('\n');
}

/** Where a program finds others over there; `first` come before all. */
export function pathOf(first: readonly string[]): string {
  return [...first, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':');
}

/** What a connection that could not be made, or was lost, says; `publicKey` is what the host has to know. */
export function connectionError(label: string, ssh: SshHost, stderr: string, publicKey: string): OneError {
  const said = stderr.trim().split('\n').slice(-3).join(' ').trim();
  const where = `${ssh.user}@${ssh.host}${ssh.port === 22 ? '' : `:${ssh.port}`}`;
  const because = said === '' ? '.' : `: ${said}`;
  if (/Permission denied|Too many authentication failures/i.test(said)) {
    return new ConnectionLost(`${label} does not let OneVault in as ${where}${because}`, {
      hint: `Add this line to ~/.ssh/authorized_keys of ${ssh.user} there: ${publicKey.trim()}`,
    });
  }
  if (/host key verification failed|host identification has changed|No .* host key is known/i.test(said)) {
    return new ConnectionLost(`${where} shows another host key than the one that is pinned for ${label}${because}`, {
      hint: 'Find out why before you trust it; if the host was set up anew, update SSH_HOST_KEY.',
    });
  }
  return new ConnectionLost(`There is no connection to ${label} (${where})${because}`);
}
