// Which attributes the form of a datastore has: by what it is for, its driver, and where its data lie. Pure.
import type { AttributeField, FieldValues } from '../../parts/attribute-field.ts';
import { texts } from '../../texts/index.ts';

const words = texts.datastoreFields;
type Name = keyof typeof words;

export interface FieldGroup {
  id: 'place' | 'limits' | 'policy';
  fields: readonly AttributeField[];
}

const of =
  (kind: AttributeField['kind'], more: Partial<AttributeField> = {}) =>
  (name: Name): AttributeField => ({ name, ...words[name], kind, ...more });
const text = of('text');
const needed = of('text', { required: true });
const long = of('long');
const number = of('number');
const secret = of('secret');
const neededSecret = of('secret', { required: true });
const flag = of('choice', { choices: ['YES', 'NO'] });
const choice = (name: Name, choices: readonly string[]): AttributeField => of('choice', { choices })(name);

const POLICY: readonly AttributeField[] = [
  flag('VERIFY'),
  number('LIMIT_MB'),
  flag('DATASTORE_CAPACITY_CHECK'),
  flag('CHECK'),
  flag('APPEND_ONLY'),
  ...(
    [
      'MAX_BACKUPS',
      'BACKUP_WEIGHT',
      'BANDWIDTH',
      'COPY_TO',
      'COPY_KEEP_LAST',
      'CHECK_INTERVAL',
      'CHECK_PARTS',
      'FLATTEN_SHARE',
      'PRUNE_INTERVAL',
      'PRUNE_BUDGET',
    ] as const
  ).map(number),
];

const RESTIC: readonly AttributeField[] = [
  neededSecret('RESTIC_PASSWORD'),
  choice('RESTIC_BACKEND', ['LOCAL', 'SFTP', 'S3', 'REST']),
];
const RESTIC_BACKENDS: Readonly<Record<string, readonly AttributeField[]>> = {
  LOCAL: [text('RESTIC_PATH')],
  SFTP: [
    needed('RESTIC_SFTP_SERVER'),
    text('RESTIC_SFTP_USER'),
    number('RESTIC_SFTP_PORT'),
    text('RESTIC_SFTP_PATH'),
    secret('RESTIC_SFTP_KEY'),
    long('RESTIC_SFTP_KNOWN_HOSTS'),
  ],
  S3: [
    text('RESTIC_S3_ENDPOINT'),
    needed('RESTIC_S3_BUCKET'),
    text('RESTIC_S3_PREFIX'),
    text('RESTIC_S3_REGION'),
    flag('RESTIC_S3_FORCE_PATH_STYLE'),
    neededSecret('RESTIC_S3_ACCESS_KEY_ID'),
    neededSecret('RESTIC_S3_SECRET_ACCESS_KEY'),
    long('RESTIC_S3_CACERT'),
    flag('RESTIC_S3_INSECURE_TLS'),
    number('TOTAL_MB'),
  ],
  REST: [
    needed('RESTIC_REST_URL'),
    text('RESTIC_REST_USER'),
    secret('RESTIC_REST_PASSWORD'),
    long('RESTIC_REST_CACERT'),
    flag('RESTIC_REST_INSECURE_TLS'),
    number('TOTAL_MB'),
  ],
};
const RESTIC_LIMITS: readonly AttributeField[] = [
  choice('RESTIC_LAYOUT', ['QCOW2', 'SLICES']),
  choice('RESTIC_COMPRESSION', ['auto', 'off', 'max']),
  ...(['RESTIC_BWLIMIT', 'RESTIC_CONNECTIONS', 'RESTIC_MAXPROC', 'RESTIC_NICE', 'RESTIC_IONICE'] as const).map(number),
  ...(['RESTIC_PRUNE_MAX_UNUSED', 'RESTIC_PRUNE_MAX_REPACK', 'RESTIC_TMP_DIR', 'RESTIC_CPU_QUOTA'] as const).map(text),
  ...(['RESTIC_MEMORY_MAX_MB', 'RESTIC_MAX_RIOPS', 'RESTIC_MAX_WIOPS', 'RESTIC_STALL_SEC'] as const).map(number),
];

const RSYNC: readonly AttributeField[] = [choice('RSYNC_BACKEND', ['SSH', 'LOCAL'])];
const RSYNC_BACKENDS: Readonly<Record<string, readonly AttributeField[]>> = {
  SSH: [
    needed('RSYNC_HOST'),
    needed('RSYNC_USER'),
    text('RSYNC_PATH'),
    number('RSYNC_SSH_PORT'),
    text('RSYNC_SSH_KEY'),
    text('RSYNC_SSH_KNOWN_HOSTS'),
  ],
  LOCAL: [text('RSYNC_PATH')],
};
const RSYNC_LIMITS: readonly AttributeField[] = [
  text('RSYNC_ARGS'),
  ...(['RSYNC_BWLIMIT', 'RSYNC_NICE', 'RSYNC_IONICE'] as const).map(number),
];

const IMAGES: readonly AttributeField[] = [text('RESTRICTED_DIRS'), text('SAFE_DIRS')];

/** The groups of fields to show, for the backend that the values name or leave to the driver. */
export function fieldGroups(type: string, driver: string, values: FieldValues): FieldGroup[] {
  if (type !== 'BACKUP_DS') return type === 'SYSTEM_DS' ? [] : [{ id: 'place', fields: IMAGES }];
  const policy: FieldGroup = { id: 'policy', fields: POLICY };
  if (driver === 'restic') {
    const place = [...RESTIC, ...(RESTIC_BACKENDS[resticBackend(values)] ?? [])];
    return [{ id: 'place', fields: place }, policy, { id: 'limits', fields: RESTIC_LIMITS }];
  }
  if (driver === 'rsync') {
    const place = [...RSYNC, ...(RSYNC_BACKENDS[values['RSYNC_BACKEND'] || 'SSH'] ?? [])];
    return [{ id: 'place', fields: place }, policy, { id: 'limits', fields: RSYNC_LIMITS }];
  }
  return [policy];
}

/** Restic's is SFTP when a server is named, as the driver has it. */
function resticBackend(values: FieldValues): string {
  return values['RESTIC_BACKEND'] || (values['RESTIC_SFTP_SERVER'] ? 'SFTP' : 'LOCAL');
}

/** Every field that a datastore of this kind may have, whatever its backend; each once. */
export function allFields(type: string, driver: string): AttributeField[] {
  const backends = Object.keys({ ...RESTIC_BACKENDS, ...RSYNC_BACKENDS });
  const fields = backends.flatMap((backend) =>
    fieldGroups(type, driver, { RESTIC_BACKEND: backend, RSYNC_BACKEND: backend }).flatMap((group) => group.fields),
  );
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}
