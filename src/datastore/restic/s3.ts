// A repository in a bucket of S3, of Amazon's or of a server with the same interface. Pure. Its keys are in the environment.
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import { secret, word, yesOrNo } from './attributes.ts';
import { NOTHING, type Transport } from './place.ts';
import { tlsOf } from './tls.ts';

export function s3({ attributes, datastoreId }: BackupStoreConfig): Transport {
  const endpoint = word(
    attributes,
    'RESTIC_S3_ENDPOINT',
    /^(https?:\/\/)?[A-Za-z0-9[][A-Za-z0-9.:[\]_-]*\/?$/,
    'must be the name of a host, such as s3.eu-west-1.amazonaws.com, or a URL without a path',
    's3.amazonaws.com',
  ).replace(/\/$/, '');
  const bucket = word(
    attributes,
    'RESTIC_S3_BUCKET',
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'must be the name of a bucket: 3 to 63 small letters, digits, dots and hyphens',
  );
  const prefix = word(
    attributes,
    'RESTIC_S3_PREFIX',
    /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
    'must be the place in the bucket: words between slashes, such as backups/cloud1',
    `onevault-${datastoreId}`,
  );
  const key = secret(attributes, 'RESTIC_S3_ACCESS_KEY_ID', 'the id of a key of the bucket');
  const secretKey = secret(attributes, 'RESTIC_S3_SECRET_ACCESS_KEY', 'the secret of that key');
  const region = word(
    attributes,
    'RESTIC_S3_REGION',
    /^[A-Za-z0-9-]{1,64}$/,
    'must be the name of a region',
    'us-east-1',
  );
  const lookup = yesOrNo(attributes, 'RESTIC_S3_FORCE_PATH_STYLE') ? ['-o', 's3.bucket-lookup=path'] : [];
  return {
    ...NOTHING,
    ...tlsOf(attributes, 'S3'),
    backend: 'S3',
    repository: `s3:${endpoint}/${bucket}/${prefix}`,
    host: endpoint.replace(/^https?:\/\//, ''),
    options: [...tlsOf(attributes, 'S3').options, '-o', `s3.region=${region}`, ...lookup],
    env: {
      ...{ AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secretKey, AWS_DEFAULT_REGION: region },
      // what the daemon's own environment says about other buckets must not win
      ...{ AWS_SESSION_TOKEN: '', AWS_PROFILE: '', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
    },
    secrets: [key, secretKey],
  };
}
