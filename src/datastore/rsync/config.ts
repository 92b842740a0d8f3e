// What a datastore's RSYNC_* attributes mean. Pure. A value that is not understood is an error that names the attribute, never a silent
// default. Keys are named by the paths of their files; none is an attribute itself.
import { posix } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import { readArgs } from './args.ts';
import type { SshTarget } from '../../exec/ssh.ts';

export interface RsyncConfig {
  /** Absolute path of the datastore's directory, on the machine that has it. */
  path: string;
  /** Whether that is the datastore's own directory, which may be made with its parents. */
  ownDirectory: boolean;
  /** The machine that has it; null for this one. */
  ssh: SshTarget | null;
  /** Options of rsync. */
  args: string[];
  /** Put before rsync: nice and ionice. */
  prefix: string[];
}

type Attributes = Record<string, string>;

/** What must be given for a directory of another machine; one of this machine needs nothing. */
export function required(attributeOf: (name: string) => string | undefined): readonly string[] {
  return backendOf(attributeOf('RSYNC_BACKEND') ?? '') === 'SSH' ? ['RSYNC_HOST', 'RSYNC_USER'] : [];
}

/** Reads the attributes; throws a OneError (INTERNAL) on the first that is missing or wrong. */
export function readRsyncConfig({ attributes, basePath }: BackupStoreConfig): RsyncConfig {
  const path = pathOf(attributes['RSYNC_PATH'] || basePath);
  return {
    path,
    ownDirectory: path === pathOf(basePath),
    ssh: backendOf(attributes['RSYNC_BACKEND'] ?? '') === 'SSH' ? sshOf(attributes) : localOnly(attributes),
    args: [...readArgs(attributes['RSYNC_ARGS'] ?? ''), ...bandwidthOf(attributes)],
    prefix: prefixOf(attributes),
  };
}

function backendOf(given: string): 'LOCAL' | 'SSH' {
  const backend = given.toUpperCase() || 'SSH';
  if (backend === 'LOCAL' || backend === 'SSH') return backend;
  throw new OneError(
    CODE.INTERNAL,
    `RSYNC_BACKEND="${given}" is not usable; it must be SSH (a directory of RSYNC_HOST) or LOCAL (a directory of this machine).`,
  );
}

function pathOf(given: string): string {
  const path = posix.normalize(given).replace(/\/+$/, '');
  if (posix.isAbsolute(given) && path !== '' && !/[\0-\x1f\x7f]/.test(path)) return path;
  throw new OneError(
    CODE.INTERNAL,
    `RSYNC_PATH="${given}" is not the path of a directory; it must be absolute, such as /srv/backups/vault.`,
  );
}

function localOnly(attributes: Attributes): null {
  const other = ['RSYNC_HOST', 'RSYNC_USER'].find((name) => attributes[name]);
  if (other === undefined) return null;
  throw wrong(attributes, other, 'must be empty with RSYNC_BACKEND="LOCAL", a directory of this machine');
}

function sshOf(attributes: Attributes): SshTarget {
  return {
    host: word(
      attributes,
      'RSYNC_HOST',
      /^[A-Za-z0-9:]([A-Za-z0-9._:-]{0,254})$/,
      'must be the name or address of a machine',
    ),
    user: word(attributes, 'RSYNC_USER', /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, 'must be the name of a user there'),
    port: wholeNumber(attributes, 'RSYNC_SSH_PORT', 1, 65_535),
    key: file(attributes, 'RSYNC_SSH_KEY'),
    knownHosts: file(attributes, 'RSYNC_SSH_KNOWN_HOSTS'),
  };
}

function word(attributes: Attributes, name: string, pattern: RegExp, right: string): string {
  const given = attributes[name] ?? '';
  if (pattern.test(given)) return given;
  throw wrong(attributes, name, right);
}

/** ssh takes % and ~ in names of files for something else, and rsync splits at spaces. */
function file(attributes: Attributes, name: string): string | undefined {
  if (!attributes[name]) return undefined;
  return word(
    attributes,
    name,
    /^\/[A-Za-z0-9_@+=:,./-]+$/,
    'must be the absolute path of a file, of letters, digits and _@+=:,./-',
  );
}

function bandwidthOf(attributes: Attributes): string[] {
  const kibPerSec = wholeNumber(attributes, 'RSYNC_BWLIMIT', 1, 1_000_000_000);
  return kibPerSec === undefined ? [] : [`--bwlimit=${kibPerSec}`];
}

function prefixOf(attributes: Attributes): string[] {
  const nice = wholeNumber(attributes, 'RSYNC_NICE', -19, 19);
  const ionice = wholeNumber(attributes, 'RSYNC_IONICE', 0, 7);
  return [
    ...(nice === undefined ? [] : ['nice', '-n', String(nice)]),
    ...(ionice === undefined ? [] : ['ionice', '-c', '2', '-n', String(ionice)]),
  ];
}

function wholeNumber(attributes: Attributes, name: string, min: number, max: number): number | undefined {
  const given = attributes[name] ?? '';
  if (given === '') return undefined;
  const value = /^-?\d{1,10}$/.test(given) ? Number(given) : NaN;
  if (value >= min && value <= max) return value;
  throw wrong(attributes, name, `must be a whole number from ${min} to ${max}`);
}

function wrong(attributes: Attributes, name: string, right: string): OneError {
  return new OneError(CODE.INTERNAL, `${name}="${attributes[name] ?? ''}" is not usable; it ${right}.`);
}
