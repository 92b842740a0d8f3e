// A repository on a REST server. Pure. Its address is in the environment, for it has the password in it.
import type { BackupStoreConfig } from '../../model/backup-store-config.ts';
import { secret, word, wrong } from './attributes.ts';
import { NOTHING, type Transport } from './place.ts';
import { tlsOf } from './tls.ts';

export function rest({ attributes }: BackupStoreConfig): Transport {
  const given = word(
    attributes,
    'RESTIC_REST_URL',
    /^https?:\/\/[A-Za-z0-9[][A-Za-z0-9.:[\]_-]*(\/[A-Za-z0-9_.~-]+)*\/?$/,
    'must be a URL such as https://backup.example.org:8000/vault, with neither user nor password in it',
  );
  const url = new URL(given.endsWith('/') ? given : `${given}/`);
  const user = word(attributes, 'RESTIC_REST_USER', /^[^\0-\x1f\x7f:]{0,128}$/, 'must be the name of a user there');
  const password = attributes['RESTIC_REST_PASSWORD'] ?? '';
  if (user !== '') secret(attributes, 'RESTIC_REST_PASSWORD', `the password of ${user}`);
  else if (password !== '') throw wrong(attributes, 'RESTIC_REST_PASSWORD', 'needs RESTIC_REST_USER beside it');
  const repository = `rest:${url.href}`;
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return {
    ...NOTHING,
    ...tlsOf(attributes, 'REST'),
    backend: 'REST',
    repository,
    host: url.host,
    env: { RESTIC_REPOSITORY: `rest:${url.href}` },
    secrets: password === '' ? [] : [password, url.password, encodeURIComponent(password)],
  };
}
