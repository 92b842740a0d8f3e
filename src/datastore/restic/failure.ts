// Turns the end of a restic command into an error that a user understands: what was tried, on which repository, why it
// failed and what to do. Pure.
import { CODE, OneError, type OneErrorOptions } from '../../model/errors.ts';
import type { ResticConfig } from './config.ts';
import type { Backend } from './place.ts';
import { readFileErrors, reasonIn, troubleOf, type Trouble } from './output.ts';

export interface Ended {
  /** Exit code, -1 when a signal ended it. */
  code: number;
  stderr: string;
}

export class ResticError extends OneError {
  readonly trouble: Trouble;
  /** The end of what restic wrote to stderr, without secrets. */
  readonly said: string;

  constructor(trouble: Trouble, message: string, options: OneErrorOptions = {}, said = '') {
    super(CODE.ACTION, message, options);
    this.name = 'ResticError';
    this.trouble = trouble;
    this.said = said;
  }
}

type Where = Pick<ResticConfig, 'repository' | 'secrets' | 'transport' | 'confinement'>;

/** `what` says what was tried, as in "store the backup of VM 7". */
export function failure(what: string, where: Where, said: Ended): ResticError {
  const ended = { ...said, stderr: withoutSecrets(said.stderr, where.secrets) };
  const trouble = troubleOf(said.code, said.stderr);
  const { why, ...options } = EXPLAIN[trouble](reasonIn(ended.stderr), ended, where);
  const message = `Could not ${what} in the restic repository ${where.repository}: ${why}.`;
  return new ResticError(trouble, message, options, ended.stderr);
}

/** restic may repeat the address of a server with all that stands in it. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => (secret === '' ? left : left.replaceAll(secret, '***')), text);
}

type Explanation = { why: string; hint?: string; retry?: boolean };

const EXPLAIN: Record<Trouble, (reason: string, ended: Ended, where: Where) => Explanation> = {
  'not-installed': () => ({ why: 'restic is not installed', hint: INSTALL_HINT }),
  'wrong-password': () => ({
    why: 'the password is wrong',
    hint: 'Set RESTIC_PASSWORD of the datastore to the password that the repository was made with.',
  }),
  missing: (_reason, _ended, { transport: { local } }) => ({
    why: 'there is no repository',
    hint:
      local === undefined
        ? 'Check the path in the datastore; a backup to the datastore makes a new repository.'
        : 'If it is on a file system that is not mounted, mount it; a backup to the datastore makes a new repository.',
  }),
  'host-key-unknown': (_reason, _ended, { transport: { host, ssh } }) => ({
    why: `the host key of ${host} is not known here`,
    hint: `Compare its fingerprint with that on the host, then set RESTIC_SFTP_KNOWN_HOSTS to what ssh-keyscan ${portOption(ssh?.port)}${host} writes.`,
  }),
  'host-key-changed': (_reason, _ended, { transport: { host } }) => ({
    why: `the host key of ${host} is not the one that is known here, so it may be another machine`,
    hint: 'If the host was set up anew, set RESTIC_SFTP_KNOWN_HOSTS to its new key.',
  }),
  certificate: (reason, _ended, { transport: { backend, host } }) => ({
    why: `the certificate of ${host} is not believed (${reason})`,
    hint: `Set RESTIC_${backend}_CACERT to the certificate of the authority that made it.`,
  }),
  refused: (reason, _ended, { transport }) => ({
    why: `${transport.host} refuses ${SHOWN[transport.backend]}${transport.ssh ? ` of the user ${transport.ssh.user}` : ''} (${reason})`,
    hint: REFUSED_HINT[transport.backend],
  }),
  locked: (reason) => ({ why: reason || 'it is locked', retry: true, hint: 'Try again when that work has ended.' }),
  'no-space': (_reason, _ended, { transport: { local, host } }) => ({
    why: local === undefined ? `no space is left on ${host}` : 'no space is left on its file system',
    hint: 'Free some space there, or enlarge it; see it with df -h.',
  }),
  'read-only': () => ({ why: 'its file system is mounted read-only', hint: 'Mount it with -o remount,rw.' }),
  unreadable: (_reason, ended) => ({
    why: `these files could not be read: ${readFileErrors(ended.stderr).slice(0, 5).join(', ') || 'restic did not say which'}`,
    retry: true,
  }),
  unreachable: (reason, _ended, { transport: { local, host } }) => ({
    why: local === undefined ? `${host} does not answer as it should (${reason})` : reason,
    hint:
      local === undefined
        ? `Check that its server runs and can be reached from here, and what its log says.`
        : 'Check that its file system is mounted and readable.',
    retry: true,
  }),
  damaged: (reason) => ({
    why: `it is damaged: ${reason.split('; ').at(-1) ?? reason}`,
    hint: 'Another restore point may be whole: oneimage verify tells.',
  }),
  'append-only': (_reason, _ended, { transport: { host } }) => ({
    why: `${host} lets nobody remove what it has`,
    hint: 'Set APPEND_ONLY="YES" of the datastore: then retention leaves what it has, and tells so.',
  }),
  gone: (reason) => ({ why: reason }),
  stopped: (_reason, _ended, { confinement: { memoryMb } }) => ({
    why: 'restic was stopped',
    retry: true,
    ...(memoryMb === undefined
      ? {}
      : { hint: `If nobody stopped it, RESTIC_MEMORY_MAX_MB="${memoryMb}" is too little for it.` }),
  }),
  other: (reason, ended) => ({ why: reason || `restic ended with code ${ended.code}` }),
};

const SHOWN: Record<Backend, string> = { LOCAL: 'the user', SFTP: 'the key', S3: 'the key', REST: 'the password' };

const REFUSED_HINT: Record<Backend, string> = {
  LOCAL: 'Check who owns it.',
  SFTP: 'Add the public key to ~/.ssh/authorized_keys of that user there, or set RESTIC_SFTP_KEY and RESTIC_SFTP_USER.',
  S3: 'Check RESTIC_S3_ACCESS_KEY_ID and RESTIC_S3_SECRET_ACCESS_KEY, and what the key may do in the bucket.',
  REST: 'Check RESTIC_REST_USER and RESTIC_REST_PASSWORD.',
};

function portOption(port: number | undefined): string {
  return port === undefined ? '' : `-p ${port} `;
}

export const INSTALL_HINT = 'Install it: apt-get install restic (or dnf install restic).';
