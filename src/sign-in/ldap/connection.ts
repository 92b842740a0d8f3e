// One connection to the directory, for as long as something is asked: encrypted as the configuration says, to a server whose certificate was
// verified, and closed whatever happens.
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Client } from 'ldapts';
import { CODE, OneError } from '../../model/errors.ts';
import type { LdapSettings } from '../../model/sign-in-settings.ts';

export async function connected<T>(settings: LdapSettings, ask: (client: Client) => Promise<T>): Promise<T> {
  const { host, port, encryption, timeoutSec } = settings;
  const tls = encryption === 'NONE' ? undefined : await tlsOptions(settings);
  const name = isIP(host) === 6 ? `[${host}]` : host;
  const client = new Client({
    url: `${encryption === 'LDAPS' ? 'ldaps' : 'ldap'}://${name}:${port}`,
    ...{ timeout: timeoutSec * 1000, connectTimeout: timeoutSec * 1000 },
    ...(encryption === 'LDAPS' && tls && { tlsOptions: tls }),
  });
  try {
    if (encryption === 'STARTTLS') await client.startTLS(tls);
    return await ask(client);
  } finally {
    // what was asked is answered or has failed; a goodbye that does not arrive changes nothing of it
    await client.unbind().catch(() => undefined);
  }
}

/** Without the line end that editors leave. */
export async function servicePassword(file: string): Promise<string> {
  const password = (await fileOf('LDAP/PASSWORD_FILE', file)).replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new OneError(CODE.AUTHENTICATION, `No password could be checked with LDAP: LDAP/PASSWORD_FILE ${file} is empty.`);
}

async function tlsOptions({ host, caFile }: LdapSettings): Promise<ConnectionOptions> {
  return {
    ...{ host, rejectUnauthorized: true },
    ...(isIP(host) === 0 && { servername: host }),
    ...(caFile !== undefined && { ca: await fileOf('LDAP/CA_FILE', caFile) }),
  };
}

async function fileOf(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OneError(CODE.AUTHENTICATION, `No password could be checked with LDAP: ${name} cannot be read: ${why}.`, {
      cause,
    });
  }
}
