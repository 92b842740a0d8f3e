// One connection to the directory, for as long as something is asked: encrypted as the configuration says, to a server whose certificate was
// verified, and closed whatever happens.
import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Client } from 'ldapts';
import { CODE, OneError } from '../../model/errors.ts';
import type { LdapSettings } from '../../model/sign-in-settings.ts';

export async function connected<T>(settings: LdapSettings, ask: (client: Client) => Promise<T>): Promise<T> {
  const { host, port, encryption, timeoutSec } = settings;
  const tls = encryption === 'NONE' ? {} : await tlsOptions(settings);
  const name = isIP(host) === 6 ? `[${host}]` : host;
  const client = new Client({
    url: `${encryption === 'LDAPS' ? 'ldaps' : 'ldap'}://${name}:${port}`,
    ...{ timeout: timeoutSec * 1000, connectTimeout: timeoutSec * 1000 },
    ...(encryption === 'LDAPS' ? { tlsOptions: tls } : { createConnection: once(connect) }),
  });
  const asked = async (): Promise<T> => {
    if (encryption === 'STARTTLS') await client.startTLS(tls);
    return ask(client);
  };
  const limit = timeLimit(timeoutSec);
  try {
    return await Promise.race([asked(), limit.over]);
  } finally {
    limit.end();
    // what was asked is answered or has failed; a goodbye that does not arrive changes nothing of it
    void client.unbind().catch(() => undefined);
  }
}

/** The library connects again by itself when a connection has ended; after STARTTLS the password would go over the new one in the clear. */
function once(open: typeof connect): typeof connect {
  let opened = false;
  return new Proxy(open, {
    apply(target, self: unknown, given: Parameters<typeof connect>): Socket {
      if (opened) throw new Error('the server has ended the connection');
      opened = true;
      return Reflect.apply(target, self, given);
    },
  });
}

/** Of everything together: a server may also stand still where the library does not look at the time. */
function timeLimit(seconds: number): { over: Promise<never>; end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer within ${seconds} seconds`)), seconds * 1000);
  });
  return { over, end: () => clearTimeout(timer) };
}

/** Without the line end that editors leave. */
export async function servicePassword(file: string): Promise<string> {
  const password = (await fileOf('LDAP/PASSWORD_FILE', file)).replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new OneError(
    CODE.AUTHENTICATION,
    `No password could be checked with LDAP: LDAP/PASSWORD_FILE ${file} is empty.`,
  );
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
