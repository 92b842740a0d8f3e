// What a datastore's RESTIC_* attributes mean for the restic command. Pure. The password goes into the environment alone;
// a value that is not understood is an error that names the attribute, never a silent default.
import { isAbsolute } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import type { BackupStoreConfig } from '../../model/mover-protocol.ts';

export interface ResticConfig {
  datastoreId: number;
  /** Absolute path of the repository. */
  repository: string;
  /** Put before the command: nice and ionice. */
  prefix: string[];
  /** Options that every restic command takes. */
  options: string[];
  env: Record<string, string>;
  /** Options of prune alone. */
  pruneOptions: string[];
  /** Whether more is under way at once than restic does by itself. */
  manyConnections: boolean;
}

const BACKENDS_LATER = ['SFTP', 'S3', 'REST'];
/** restic's own for a local repository. */
const USUAL_CONNECTIONS = 2;
/** What may stay unused after a prune: to give back the rest would rewrite much for little. */
const USUAL_UNUSED = '5%';
const COMPRESSIONS = ['auto', 'off', 'max'];

/** Reads the attributes; throws a OneError (INTERNAL) on the first that is missing or wrong. */
export function readResticConfig(config: BackupStoreConfig): ResticConfig {
  checkBackend(config.attributes);
  return {
    datastoreId: config.datastoreId,
    repository: repositoryOf(config),
    prefix: prefixOf(config.attributes),
    options: optionsOf(config.attributes),
    env: environmentOf(config.attributes),
    pruneOptions: pruneOptionsOf(config.attributes),
    manyConnections: (wholeNumber(config.attributes, 'RESTIC_CONNECTIONS', 1, 64) ?? 0) > USUAL_CONNECTIONS,
  };
}

/** The full argument array of a restic command. */
export function resticArgv(config: ResticConfig, args: readonly string[]): string[] {
  // A repository on a local disk is its own cache.
  return [...config.prefix, 'restic', '-r', config.repository, '--no-cache', ...config.options, ...args];
}

function checkBackend(attributes: Record<string, string>): void {
  const backend = (attributes['RESTIC_BACKEND'] ?? '').toUpperCase() || 'LOCAL';
  if (backend === 'LOCAL') return;
  if (BACKENDS_LATER.includes(backend)) {
    throw new OneError(
      CODE.INTERNAL,
      `RESTIC_BACKEND="${backend}" is not available yet: restic repositories can only be kept in a directory of this machine.`,
      { hint: 'Set RESTIC_BACKEND to LOCAL; RESTIC_PATH may name a mounted network file system.' },
    );
  }
  throw wrong(attributes, 'RESTIC_BACKEND', 'must be LOCAL (SFTP, S3 and REST are not available yet)');
}

function repositoryOf(config: BackupStoreConfig): string {
  const path = config.attributes['RESTIC_PATH'] || config.basePath;
  if (isAbsolute(path) && !path.includes('\0')) return path;
  throw new OneError(
    CODE.INTERNAL,
    `RESTIC_PATH="${path}" is not the path of a directory; it must be absolute, such as /srv/backups/vault.`,
  );
}

function prefixOf(attributes: Record<string, string>): string[] {
  const nice = wholeNumber(attributes, 'RESTIC_NICE', -19, 19);
  const ionice = wholeNumber(attributes, 'RESTIC_IONICE', 0, 7);
  return [
    ...(nice === undefined ? [] : ['nice', '-n', String(nice)]),
    ...(ionice === undefined ? [] : ['ionice', '-c', '2', '-n', String(ionice)]),
  ];
}

function optionsOf(attributes: Record<string, string>): string[] {
  const compression = attributes['RESTIC_COMPRESSION']?.toLowerCase() ?? '';
  if (compression !== '' && !COMPRESSIONS.includes(compression)) {
    throw wrong(attributes, 'RESTIC_COMPRESSION', `must be one of ${COMPRESSIONS.join(', ')}`);
  }
  const connections = wholeNumber(attributes, 'RESTIC_CONNECTIONS', 1, 64);
  const kibPerSec = wholeNumber(attributes, 'RESTIC_BWLIMIT', 1, 1_000_000_000);
  return [
    ...(compression === '' ? [] : ['--compression', compression]),
    ...(connections === undefined ? [] : ['-o', `local.connections=${connections}`]),
    ...(kibPerSec === undefined ? [] : ['--limit-upload', `${kibPerSec}`, '--limit-download', `${kibPerSec}`]),
  ];
}

function pruneOptionsOf(attributes: Record<string, string>): string[] {
  const unused = attributes['RESTIC_PRUNE_MAX_UNUSED']?.toLowerCase() || USUAL_UNUSED;
  if (!/^(\d{1,15}[kmgt]?|\d{1,2}(\.\d{1,3})?%|unlimited)$/.test(unused)) {
    throw wrong(
      attributes,
      'RESTIC_PRUNE_MAX_UNUSED',
      'must be a size (1000, 500M, 2G), a share below 100% (5%) or unlimited',
    );
  }
  const repack = attributes['RESTIC_PRUNE_MAX_REPACK']?.toLowerCase() ?? '';
  if (repack !== '' && !/^\d{1,15}[kmgt]?$/.test(repack)) {
    throw wrong(attributes, 'RESTIC_PRUNE_MAX_REPACK', 'must be a size, such as 1000, 500M or 2G');
  }
  return ['--max-unused', unused, ...(repack === '' ? [] : ['--max-repack-size', repack])];
}

function environmentOf(attributes: Record<string, string>): Record<string, string> {
  const password = attributes['RESTIC_PASSWORD'] ?? '';
  if (password === '' || password.includes('\0')) {
    const what = password === '' ? 'is missing' : 'contains a NUL character';
    throw new OneError(CODE.INTERNAL, `RESTIC_PASSWORD ${what}; it must be the password of the repository.`);
  }
  const maxProc = wholeNumber(attributes, 'RESTIC_MAXPROC', 1, 4096);
  return {
    RESTIC_PASSWORD: password,
    // What the daemon's own environment says about other repositories must not win over the datastore.
    RESTIC_PASSWORD_FILE: '',
    RESTIC_PASSWORD_COMMAND: '',
    RESTIC_REPOSITORY_FILE: '',
    // Status lines are not shown to anybody: one every ten seconds is enough.
    RESTIC_PROGRESS_FPS: '0.1',
    ...(maxProc === undefined ? {} : { GOMAXPROCS: String(maxProc) }),
  };
}

function wholeNumber(attributes: Record<string, string>, name: string, min: number, max: number): number | undefined {
  const given = attributes[name] ?? '';
  if (given === '') return undefined;
  const value = /^-?\d{1,10}$/.test(given) ? Number(given) : NaN;
  if (value >= min && value <= max) return value;
  throw wrong(attributes, name, `must be a whole number from ${min} to ${max}`);
}

function wrong(attributes: Record<string, string>, name: string, right: string): OneError {
  return new OneError(CODE.INTERNAL, `${name}="${attributes[name] ?? ''}" is not usable; it ${right}.`);
}
