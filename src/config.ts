// The daemon's configuration: defaults, then the configuration file (template syntax, as oned.conf), then DATABASE_URL of
// the environment, then the command line.
import { readFile } from 'node:fs/promises';
import { NETWORK_VECTORS, readNetworks } from './config/networks.ts';
import { hostname } from 'node:os';
import { DATABASE_VARIABLE, DATABASE_VECTOR, readDatabase, type DatabaseSettings } from './config/database.ts';
import { LDAP_VECTORS, readLdap } from './config/ldap.ts';
import { NOTICE_VECTORS, readNotices } from './config/notices.ts';
import { OIDC_VECTORS, readOidc } from './config/oidc.ts';
import { readSelfBackup, SELF_BACKUP_VECTORS } from './config/self-backup.ts';
import { readTls, type TlsSettings } from './config/tls.ts';
import { RATE_LIMIT_VECTORS, readRateLimit } from './config/rate-limit.ts';
import { readSession, SESSION_VECTORS } from './config/session.ts';
import { readTrustProxy } from './config/trust-proxy.ts';
import { absolute, bad, count } from './config/value.ts';
import { field, text, vectors, type Attributes, type Vector } from './model/attributes.ts';
import { isPostgresUrl } from './model/database-url.ts';
import { isTimeZone } from './model/time-zone.ts';
import { DEFAULT_LIMITS, DEFAULT_SCHEDULE_POLICY, type Limits, type SchedulePolicy } from './model/limits.ts';
import type { NoticeSettings } from './model/notice-settings.ts';
import type { RateLimitSettings } from './model/rate-limit.ts';
import type { SessionLimits } from './model/session-limits.ts';
import type { SelfBackupSettings } from './model/self-backup.ts';
import type { SignInSettings } from './model/sign-in-settings.ts';
import { parseTemplate } from './wire/template-text.ts';

export interface Config extends DatabaseSettings {
  /** Directory of everything the daemon keeps: database, credentials, sockets of runs. */
  stateDirectory: string;
  /** What this control node is called, among several on one database. */
  nodeName: string;
  /** Whether it was named, so that others may work on its database. */
  shared?: boolean | undefined;
  /** How the other nodes reach this one, when that is not its endpoint. */
  nodeUrl?: string | undefined;
  listenAddress: string;
  port: number;
  /** Addresses and networks of web servers before this one whose word is taken for who asks, and whether over TLS. */
  trustProxy: string[];
  /** Each datastore has its own directory under this one. */
  datastoreLocation: string;
  logLevel: string;
  limits: Limits;
  /** Directory of the programs that drills may run; undefined for none. */
  drillScripts?: string | undefined;
  schedule: SchedulePolicy;
  /** Where copies of the database are kept. */
  selfBackup: SelfBackupSettings;
  /** Private key that hosts over SSH let in; undefined for OneVault's own. */
  sshKey?: string | undefined;
  /** Who is told how runs end. */
  notices: NoticeSettings;
  /** Certificate and key of the endpoint, or that the daemon makes them; undefined for none. */
  tls?: TlsSettings | undefined;
  /** How many days the audit log is kept, 0 for ever. */
  auditKeepDays?: number | undefined;
  /** How often one address and one user may call; undefined for no limit. */
  rateLimit?: RateLimitSettings | undefined;
  /** File that says from time to time where the audit log stood. */
  auditAnchors?: string | undefined;
  /** How long sessions of the console last; the usual unless given. */
  sessionLimits?: SessionLimits;
  /** Who else knows passwords. */
  signIn?: SignInSettings;
  /** A fake host and a fake backup datastore are there from the start, for work without a hypervisor. */
  dev: boolean;
}

export interface ServeOptions {
  state?: string;
  port?: string;
  dev?: boolean;
}

/** What the file may hold: texts, and vectors with these inside. */
const TEXTS = [
  ...['STATE_DIRECTORY', 'LISTEN_ADDRESS', 'PORT', 'DATASTORE_LOCATION'],
  ...['MAX_BACKUPS', 'MAX_BACKUPS_HOST', 'MAX_RESTORES', 'MAX_UPKEEP'],
  ...['MAX_DRILLS', 'DRILL_SCRIPTS', 'NODE_NAME', 'NODE_URL', 'SSH_KEY', 'TRUST_PROXY'],
  ...['AUDIT_KEEP_DAYS', 'AUDIT_ANCHORS', 'TLS_CERT', 'TLS_KEY'],
  ...['TLS', 'TLS_NAMES'],
];
const VECTORS: Record<string, string[]> = {
  DB: DATABASE_VECTOR,
  LOG: ['LEVEL'],
  SCHEDULE: ['TIME_ZONE', 'CATCH_UP', 'RETRIES', 'RETRY_DELAY'],
  ...SELF_BACKUP_VECTORS,
  ...NETWORK_VECTORS,
  ...NOTICE_VECTORS,
  ...LDAP_VECTORS,
  ...RATE_LIMIT_VECTORS,
  ...SESSION_VECTORS,
  ...OIDC_VECTORS,
};
/** Everything that the file may hold. */
export const CONFIG_ATTRIBUTES: readonly string[] = [
  ...TEXTS,
  ...Object.entries(VECTORS).flatMap(([name, inside]) => inside.map((field) => `${name}/${field}`)),
];
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

export const CONFIG_FILE = '/etc/onevault/onevault.conf';

/** The configuration file that was named, or the usual one, which need not be there. */
export async function readConfigFile(given: string | undefined): Promise<Attributes> {
  try {
    return parseTemplate(await readFile(given ?? CONFIG_FILE, 'utf8'));
  } catch (error) {
    if (given === undefined && error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Throws a OneError that names the attribute, its value and what would be right. */
export function makeConfig(
  file: Attributes,
  options: ServeOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  refuseUnknown(file);
  const stateDirectory = options.state ?? text(file, 'STATE_DIRECTORY') ?? '/var/lib/onevault';
  const logLevel = (field(vectors(file, 'LOG')[0], 'LEVEL') ?? 'info').toLowerCase();
  if (!LOG_LEVELS.includes(logLevel)) bad('LOG/LEVEL', logLevel, `it must be one of ${LOG_LEVELS.join(', ')}`);
  return {
    stateDirectory: absolute('STATE_DIRECTORY', stateDirectory),
    nodeName: nodeNameOf(text(file, 'NODE_NAME') ?? hostname()),
    shared: text(file, 'NODE_NAME') !== undefined,
    nodeUrl: nodeUrlOf(text(file, 'NODE_URL')),
    listenAddress: text(file, 'LISTEN_ADDRESS') ?? '127.0.0.1',
    port: portOf(options.port ?? text(file, 'PORT') ?? '2633'),
    trustProxy: readTrustProxy(text(file, 'TRUST_PROXY')),
    ...readDatabase(vectors(file, 'DB')[0], environment[DATABASE_VARIABLE], stateDirectory),
    datastoreLocation: absolute(
      'DATASTORE_LOCATION',
      text(file, 'DATASTORE_LOCATION') ?? `${stateDirectory}/datastores`,
    ),
    logLevel,
    limits: limitsOf(file),
    drillScripts: scriptsOf(text(file, 'DRILL_SCRIPTS')),
    schedule: schedulePolicyOf(vectors(file, 'SCHEDULE')[0]),
    selfBackup: readSelfBackup(vectors(file, 'SELF_BACKUP')),
    sshKey: sshKeyOf(text(file, 'SSH_KEY')),
    notices: readNotices(file),
    tls: readTls({
      ...{ tls: text(file, 'TLS'), names: text(file, 'TLS_NAMES') },
      ...{ cert: text(file, 'TLS_CERT'), key: text(file, 'TLS_KEY') },
      ...{ nodeUrl: text(file, 'NODE_URL'), listenAddress: text(file, 'LISTEN_ADDRESS') },
    }),
    auditKeepDays: count('AUDIT_KEEP_DAYS', text(file, 'AUDIT_KEEP_DAYS'), 365, 'a number of days, 0 for ever'),
    auditAnchors: absolute('AUDIT_ANCHORS', text(file, 'AUDIT_ANCHORS') ?? `${stateDirectory}/audit.anchors`),
    signIn: {
      ldap: readLdap(vectors(file, 'LDAP'), vectors(file, 'LDAP_GROUP')),
      oidc: readOidc(vectors(file, 'OIDC'), vectors(file, 'OIDC_GROUP')),
    },
    sessionLimits: readSession(vectors(file, 'SESSION')),
    rateLimit: readRateLimit(vectors(file, 'RATE_LIMIT')),
    dev: options.dev ?? false,
  };
}

function limitsOf(file: Attributes): Limits {
  const limit = (name: string, otherwise: number): number =>
    count(name, text(file, name), otherwise, 'a number of runs, 0 for no limit');
  return {
    maxBackups: limit('MAX_BACKUPS', DEFAULT_LIMITS.maxBackups),
    maxBackupsHost: limit('MAX_BACKUPS_HOST', DEFAULT_LIMITS.maxBackupsHost),
    maxRestores: limit('MAX_RESTORES', DEFAULT_LIMITS.maxRestores),
    maxUpkeep: limit('MAX_UPKEEP', DEFAULT_LIMITS.maxUpkeep),
    maxDrills: limit('MAX_DRILLS', DEFAULT_LIMITS.maxDrills),
    networks: readNetworks(vectors(file, 'BACKUP_NETWORK')),
  };
}

function scriptsOf(directory: string | undefined): string | undefined {
  return directory === undefined ? undefined : absolute('DRILL_SCRIPTS', directory).replace(/\/+$/, '');
}

function sshKeyOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : absolute('SSH_KEY', file);
}

function schedulePolicyOf(vector: Vector | undefined): SchedulePolicy {
  const timeZone = field(vector, 'TIME_ZONE') ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isTimeZone(timeZone)) bad('SCHEDULE/TIME_ZONE', timeZone, 'it must be a zone such as Europe/Berlin or UTC');
  const of = (name: string, otherwise: number, right: string): number =>
    count(`SCHEDULE/${name}`, field(vector, name), otherwise, right);
  return {
    timeZone,
    catchUpSec: of('CATCH_UP', DEFAULT_SCHEDULE_POLICY.catchUpSec, 'a number of seconds'),
    retries: of('RETRIES', DEFAULT_SCHEDULE_POLICY.retries, 'a number of tries, 0 for none'),
    retryDelaySec: of('RETRY_DELAY', DEFAULT_SCHEDULE_POLICY.retryDelaySec, 'a number of seconds'),
  };
}

function refuseUnknown(file: Attributes): void {
  for (const [name, value] of file) {
    const inside = Object.hasOwn(VECTORS, name) ? VECTORS[name] : undefined;
    if (!inside && !TEXTS.includes(name)) {
      bad(name, undefined, `it is not known; known are ${[...TEXTS, ...Object.keys(VECTORS)].join(', ')}`);
    }
    if (typeof value === 'string') {
      if (inside)
        bad(
          name,
          isPostgresUrl(value) ? undefined : value,
          `it must be a vector: ${name}=[ ${inside.map((field) => `${field}="..."`).join(', ')} ]`,
        );
    } else {
      if (!inside) bad(name, undefined, 'it must be a text, not a vector');
      const unknown = value.find(([field]) => !inside.includes(field));
      if (unknown) bad(`${name}/${unknown[0]}`, undefined, `it is not known; known are ${inside.join(', ')}`);
    }
  }
}

function nodeNameOf(name: string): string {
  if (!/^[\w.-]{1,128}$/.test(name)) bad('NODE_NAME', name, 'it must be 1 to 128 letters, digits and ._-');
  return name;
}

function nodeUrlOf(given: string | undefined): string | undefined {
  if (given !== undefined && !/^https?:\/\/[^/\s]+\/\S*$/.test(given)) {
    bad('NODE_URL', given, 'it must be such as http://node2.example:2633/RPC2');
  }
  return given;
}

function portOf(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : -1;
  if (port < 0 || port > 65535) bad('PORT', value, 'it must be a number from 0 to 65535');
  return port;
}
