// Turns the end of a restic command into an error that a user understands: what was tried, on which repository, why it
// failed and what to do. Pure.
import { CODE, OneError, type OneErrorOptions } from '../../model/errors.ts';
import type { ResticConfig } from './config.ts';
import { readFileErrors, reasonIn, troubleOf, type Trouble } from './output.ts';

export interface Ended {
  /** Exit code, -1 when a signal ended it. */
  code: number;
  stderr: string;
}

export class ResticError extends OneError {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string, options: OneErrorOptions = {}) {
    super(CODE.ACTION, message, options);
    this.name = 'ResticError';
    this.trouble = trouble;
  }
}

type Where = Pick<ResticConfig, 'repository' | 'secrets' | 'transport'>;

/** `what` says what was tried, as in "store the backup of VM 7". */
export function failure(what: string, where: Where, said: Ended): ResticError {
  const ended = { ...said, stderr: withoutSecrets(said.stderr, where.secrets) };
  const trouble = troubleOf(said.code, said.stderr);
  const { why, ...options } = EXPLAIN[trouble](reasonIn(ended.stderr), ended, where);
  return new ResticError(trouble, `Could not ${what} in the restic repository ${where.repository}: ${why}.`, options);
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
  missing: () => ({
    why: 'there is no repository',
    hint: 'If it is on a file system that is not mounted, mount it; a backup to the datastore makes a new repository.',
  }),
  locked: (reason) => ({ why: reason || 'it is locked', retry: true, hint: 'Try again when that work has ended.' }),
  'no-space': () => ({
    why: 'no space is left on its file system',
    hint: 'Free some space there, or enlarge it; see it with df -h.',
  }),
  'read-only': () => ({ why: 'its file system is mounted read-only', hint: 'Mount it with -o remount,rw.' }),
  unreadable: (_reason, ended) => ({
    why: `these files could not be read: ${readFileErrors(ended.stderr).slice(0, 5).join(', ') || 'restic did not say which'}`,
    retry: true,
  }),
  unreachable: (reason) => ({ why: reason, hint: 'Check that its file system is mounted and readable.', retry: true }),
  gone: (reason) => ({ why: reason }),
  stopped: () => ({ why: 'restic was stopped', retry: true }),
  other: (reason, ended) => ({ why: reason || `restic ended with code ${ended.code}` }),
};

export const INSTALL_HINT = 'Install it: apt-get install restic (or dnf install restic).';
