// What a datastore's RESTIC_* attributes mean for the restic command. Pure. Secrets go into the environment alone; a value that is not
// understood is an error that names the attribute, never a silent default.
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import { absolutePath, secret, wholeNumber } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { confinementOf, loadOptions, manyConnections, prefixOf, pruneOptionsOf, type Confinement } from './limits.ts';
import type { Transport } from './place.ts';
import { backendOf, NEEDED, readTransport, transportOptions } from './transport.ts';

export interface ResticConfig {
  datastoreId: number;
  /** The repository as restic writes it, without any secret. */
  repository: string;
  transport: Transport;
  /** Put before the command: nice and ionice. */
  prefix: string[];
  /** Options that every restic command takes, beside those of the transport. */
  options: string[];
  env: Record<string, string>;
  /** What must not be seen anywhere. */
  secrets: string[];
  /** Options of prune alone. */
  pruneOptions: string[];
  /** Whether more is under way at once than restic does by itself. */
  manyConnections: boolean;
  confinement: Confinement;
  /** For so long nothing may move over the network. */
  stallMs: number;
  /** How much a store may hold that nobody can measure. */
  totalMb: number;
}

const USUAL_STALL_SEC = 300;
/** OpenNebula's. */
const USUAL_TOTAL_MB = 1_048_576;

/** Attributes that a datastore must have. */
export function required(attributeOf: (name: string) => string | undefined): readonly string[] {
  return ['RESTIC_PASSWORD', ...NEEDED[backendOf(attributeOf)]];
}

/** Reads the attributes; throws a OneError (INTERNAL) on the first that is missing or wrong. */
export function readResticConfig(config: BackupStoreConfig): ResticConfig {
  const { attributes, datastoreId } = config;
  const transport = readTransport(config);
  const { backend, repository } = transport;
  const env = environmentOf(attributes);
  return {
    ...{ datastoreId, repository, transport },
    prefix: prefixOf(attributes),
    options: loadOptions(attributes, backend),
    env: { ...env, ...transport.env },
    secrets: [attributes['RESTIC_PASSWORD'] ?? '', ...transport.secrets],
    pruneOptions: pruneOptionsOf(attributes),
    manyConnections: manyConnections(attributes),
    confinement: confinementOf(attributes),
    stallMs: (wholeNumber(attributes, 'RESTIC_STALL_SEC', 10, 86_400) ?? USUAL_STALL_SEC) * 1000,
    totalMb: wholeNumber(attributes, 'TOTAL_MB', 1, 2_000_000_000) ?? USUAL_TOTAL_MB,
  };
}

/** The full argument array of a restic command; `pathOf` puts a text into a file that only this user can read. */
export function resticArgv(config: ResticConfig, args: readonly string[], pathOf: (text: string) => string): string[] {
  const { prefix, repository, options, transport } = config;
  // who logs in with a password has it in the name of the repository, which is in the environment then
  const where = transport.env['RESTIC_REPOSITORY'] === undefined ? ['-r', repository] : [];
  return [...prefix, 'restic', ...where, '--no-cache', ...options, ...transportOptions(transport, pathOf), ...args];
}

function environmentOf(attributes: Attributes): Record<string, string> {
  const maxProc = wholeNumber(attributes, 'RESTIC_MAXPROC', 1, 4096);
  const packs = attributes['RESTIC_TMP_DIR'] ? { TMPDIR: absolutePath(attributes, 'RESTIC_TMP_DIR', '') } : {};
  return {
    RESTIC_PASSWORD: secret(attributes, 'RESTIC_PASSWORD', 'the password of the repository'),
    // What the daemon's own environment says about other repositories must not win over the datastore.
    RESTIC_PASSWORD_FILE: '',
    RESTIC_PASSWORD_COMMAND: '',
    RESTIC_REPOSITORY_FILE: '',
    // Status lines are not shown to anybody: one every ten seconds is enough.
    RESTIC_PROGRESS_FPS: '0.1',
    ...packs,
    ...(maxProc === undefined ? {} : { GOMAXPROCS: String(maxProc) }),
  };
}
