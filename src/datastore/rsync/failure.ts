// Turns the end of a command into an error that a user understands: what was tried, on which machine and directory, why it failed and what
// to do. Pure.
import { CODE, OneError, type OneErrorOptions } from '../../model/errors.ts';
import type { RsyncConfig } from './config.ts';
import { reasonIn, troubleOf, unreadableIn, type Trouble } from './output.ts';
import { rsyncTarget } from '../../exec/ssh.ts';

export interface Ended {
  /** Exit code, -1 when a signal ended it. */
  code: number;
  stderr: string;
}

export class RsyncError extends OneError {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string, options: OneErrorOptions = {}) {
    super(CODE.ACTION, message, options);
    this.name = 'RsyncError';
    this.trouble = trouble;
  }
}

/** `what` says what was tried, as in "store the backup of VM 7". */
export function failure(what: string, config: RsyncConfig, ended: Ended): RsyncError {
  const trouble = troubleOf(ended.code, ended.stderr);
  const { why, ...options } = EXPLAIN[trouble](config, ended);
  return new RsyncError(trouble, `Could not ${what} in the rsync datastore ${placeOf(config)}: ${why}.`, options);
}

/** `why` is what is wrong with what is stored. */
export function damage(what: string, config: RsyncConfig, why: string): RsyncError {
  const { hint = '' } = EXPLAIN.damaged(config, { code: 0, stderr: why });
  return new RsyncError('damaged', `Could not ${what} in the rsync datastore ${placeOf(config)}: ${why}.`, { hint });
}

export function placeOf({ ssh, path }: RsyncConfig): string {
  return ssh === null ? path : rsyncTarget(ssh, path);
}

type Explanation = { why: string; hint?: string; retry?: boolean };

const EXPLAIN: Record<Trouble, (config: RsyncConfig, ended: Ended) => Explanation> = {
  'not-installed': ({ ssh }, ended) => ({
    why: `a program is not installed ${ssh === null ? 'here' : `here or on ${ssh.host}`} (${reasonIn(ended.stderr)})`,
    hint:
      ssh === null
        ? 'Install rsync here: apt-get install rsync (or dnf install rsync).'
        : 'Install rsync on both machines, and the SSH client and sshfs here: apt-get install rsync openssh-client sshfs (or dnf install rsync openssh-clients fuse-sshfs).',
  }),
  'host-key-unknown': ({ ssh }) => ({
    why: `the host key of ${ssh?.host} is not known here`,
    hint: `Compare its fingerprint with that on the host, then add it: ssh-keyscan ${portOption(ssh?.port)}${ssh?.host} >> ${ssh?.knownHosts ?? '/root/.ssh/known_hosts'}`,
  }),
  'host-key-changed': ({ ssh }) => ({
    why: `the host key of ${ssh?.host} is not the one that is known here, so it may be another machine`,
    hint: `If the host was set up anew, remove the old key from ${ssh?.knownHosts ?? '/root/.ssh/known_hosts'} and add the new one.`,
  }),
  'key-refused': ({ ssh }) => ({
    why: `${ssh?.host} refuses the key of the user ${ssh?.user}`,
    hint: `Add the public key${ssh?.key === undefined ? '' : ` ${ssh.key}.pub`} to ~/.ssh/authorized_keys of ${ssh?.user} there, or set RSYNC_SSH_KEY.`,
  }),
  'key-unreadable': ({ ssh }, ended) => ({
    why: `the key ${ssh?.key ?? 'of this user'} cannot be used (${reasonIn(ended.stderr)})`,
    hint: 'RSYNC_SSH_KEY must name a private key without a passphrase that only its owner may read (chmod 600).',
  }),
  dropped: ({ ssh }) => ({ why: `${ssh?.host} has too many SSH logins under way`, retry: true, hint: DROPPED_HINT }),
  unreachable: ({ ssh }, ended) => ({
    why: `${ssh === null ? 'its file system' : ssh.host} cannot be reached (${reasonIn(ended.stderr) || `code ${ended.code}`})`,
    retry: true,
  }),
  'no-space': () => ({
    why: 'no space is left on its file system',
    hint: 'Free some space there, or enlarge it; see it with df -h.',
  }),
  'read-only': () => ({ why: 'its file system is mounted read-only', hint: 'Mount it with -o remount,rw.' }),
  unreadable: (_config, ended) => ({
    why: `these files could not be read: ${unreadableIn(ended.stderr).slice(0, 5).join(', ') || reasonIn(ended.stderr)}`,
    retry: true,
  }),
  denied: ({ ssh, path }, ended) => ({
    why: reasonIn(ended.stderr),
    hint: `${path} must belong to ${ssh === null ? 'the user that OneVault runs as' : `the user ${ssh.user} of ${ssh.host}`}.`,
  }),
  damaged: (_config, ended) => ({
    why: ended.stderr,
    hint: 'The file system there, or somebody, has changed it. Take a backup anew; others of the datastore are checked with oneimage verify.',
  }),
  missing: (_config, ended) => ({ why: reasonIn(ended.stderr) }),
  stopped: () => ({ why: 'it was stopped', retry: true }),
  other: (_config, ended) => ({ why: reasonIn(ended.stderr) || `the program ended with code ${ended.code}` }),
};

const DROPPED_HINT = 'Raise MaxStartups in its /etc/ssh/sshd_config.';

function portOption(port: number | undefined): string {
  return port === undefined ? '' : `-p ${port} `;
}
