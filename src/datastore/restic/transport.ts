// Which backend a datastore's repository has, and what restic is told of it. Pure. Attributes of another backend are refused.
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import { absolutePath, choice, wrong } from './attributes.ts';
import type { Attributes, FileText } from './attributes.ts';
import { BACKENDS, NOTHING, type Backend, type Transport } from './place.ts';
import { rest } from './rest.ts';
import { s3 } from './s3.ts';
import { sftp, sftpCommand } from './sftp.ts';

/** What is not said follows from what is: an SFTP server without a word on the backend means that one, as OpenNebula has it. */
export function backendOf(attributeOf: (name: string) => string | undefined): Backend {
  const given = attributeOf('RESTIC_BACKEND') ?? '';
  const usual = attributeOf('RESTIC_SFTP_SERVER') ? 'SFTP' : 'LOCAL';
  const backend = choice({ RESTIC_BACKEND: given }, 'RESTIC_BACKEND', BACKENDS) ?? usual;
  return BACKENDS.find((one) => one === backend) ?? 'LOCAL';
}

/** Attributes that each backend needs. */
export const NEEDED: Record<Backend, readonly string[]> = {
  LOCAL: [],
  SFTP: ['RESTIC_SFTP_SERVER'],
  S3: ['RESTIC_S3_BUCKET', 'RESTIC_S3_ACCESS_KEY_ID', 'RESTIC_S3_SECRET_ACCESS_KEY'],
  REST: ['RESTIC_REST_URL'],
};

export function readTransport(config: BackupStoreConfig): Transport {
  const { attributes } = config;
  const backend = backendOf((name) => attributes[name]);
  refuseOthers(attributes, backend);
  return READ[backend](config);
}

/** The options of restic for it; `pathOf` puts a text into a file. */
export function transportOptions({ ssh, cacert, options }: Transport, pathOf: (text: string) => string): string[] {
  const path = (file: FileText): string => ('path' in file ? file.path : pathOf(file.text));
  const command = ssh && sftpCommand(ssh, path);
  return [
    ...options,
    ...(cacert === undefined ? [] : ['--cacert', path(cacert)]),
    ...(command === undefined ? [] : ['-o', `sftp.command=${command}`]),
  ];
}

/** What belongs to another backend would not be heeded, so it is refused. */
function refuseOthers(attributes: Attributes, backend: Backend): void {
  const prefixes = BACKENDS.filter((one) => one !== backend).map((one) => `RESTIC_${one}_`);
  const other = Object.keys(attributes).find((name) => {
    return attributes[name] !== '' && (prefixes.some((prefix) => name.startsWith(prefix)) || alien(name, backend));
  });
  if (other === undefined) return;
  throw wrong(attributes, other, `must be empty with RESTIC_BACKEND="${backend}"`);
}

function alien(name: string, backend: Backend): boolean {
  return name === 'RESTIC_PATH' && backend !== 'LOCAL';
}

const READ: Record<Backend, (config: BackupStoreConfig) => Transport> = {
  LOCAL: local,
  SFTP: sftp,
  S3: s3,
  REST: rest,
};

function local({ attributes, basePath }: BackupStoreConfig): Transport {
  const local = absolutePath(attributes, 'RESTIC_PATH', basePath);
  return { ...NOTHING, backend: 'LOCAL', repository: local, local, path: local, host: 'this machine' };
}
