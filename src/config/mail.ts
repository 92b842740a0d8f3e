// MAIL of the configuration: the server that takes the messages, how it is reached safely, and from whom to whom they go. Pure.
import { field, type Vector } from '../model/attributes.ts';
import type { MailSettings, MailTls, Selection } from '../model/notice-settings.ts';
import { absolute, bad, count } from './value.ts';

type Server = Pick<MailSettings, 'host' | 'port' | 'tls'> & { user: string | undefined };

const PORTS: Record<MailTls, number> = { NONE: 25, STARTTLS: 587, TLS: 465 };
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
/** `ann@example.org` or `Ann Smith <ann@example.org>`. */
const ADDRESS = /^([^<>@,\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/;

/** Throws as `readNotices`. */
export function readMail(vector: Vector): Omit<MailSettings, keyof Selection> {
  const { user, ...server } = field(vector, 'SMTP_URL') === undefined ? fromParts(vector) : fromUrl(vector);
  const login = loginOf(user, field(vector, 'PASSWORD_FILE'));
  if (login && server.tls === 'NONE' && !LOOPBACK.test(server.host)) {
    bad('MAIL/TLS', 'NONE', `it must be STARTTLS or TLS, or the password would go to ${server.host} for all to read`);
  }
  return {
    ...server,
    ...(login && { login }),
    from: address('MAIL/FROM', field(vector, 'FROM') ?? ''),
    to: (field(vector, 'TO') ?? '').split(',').map((each) => address('MAIL/TO', each)),
  };
}

function fromParts(vector: Vector): Server {
  const host = field(vector, 'HOST');
  if (host === undefined) bad('MAIL', undefined, 'it names no server; it must hold SMTP_URL or HOST');
  if (!/^[\w.:-]+$/.test(host)) bad('MAIL/HOST', host, 'it must be a host name or an address, the port goes into PORT');
  const given = field(vector, 'TLS');
  const tls = given === undefined ? usualTls(host) : tlsOf(given);
  return { host, tls, port: portOf('MAIL/PORT', field(vector, 'PORT'), tls), user: field(vector, 'USER') };
}

/** A password in it would be in the configuration for all who may read that, so the value is in no error. */
function fromUrl(vector: Vector): Server {
  const surplus = ['HOST', 'PORT', 'TLS', 'USER'].find((name) => field(vector, name) !== undefined);
  if (surplus) bad(`MAIL/${surplus}`, field(vector, surplus), 'SMTP_URL says it already; use one or the other');
  const url = URL.parse(field(vector, 'SMTP_URL') ?? '');
  const right = 'it must be smtp://[user@]host[:port], or smtps://... for TLS from the first byte';
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') bad('MAIL/SMTP_URL', undefined, right);
  if (url.password)
    bad('MAIL/SMTP_URL', undefined, 'it may hold no password; put that into a file and name it with PASSWORD_FILE');
  if (!/^\/?$/.test(url.pathname) || url.search || url.hash) bad('MAIL/SMTP_URL', undefined, right);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tls = url.protocol === 'smtps:' ? 'TLS' : usualTls(host);
  return {
    ...{ host, tls, port: portOf('MAIL/SMTP_URL', url.port === '' ? undefined : url.port, tls) },
    user: url.username === '' ? undefined : decoded(url.username),
  };
}

function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return bad('MAIL/SMTP_URL', undefined, 'the user in it must have each % written as %25');
  }
}

/** The mail server of the machine itself seldom has a certificate, and nobody listens on the way to it. */
function usualTls(host: string): MailTls {
  return LOOPBACK.test(host) ? 'NONE' : 'STARTTLS';
}

function tlsOf(given: string): MailTls {
  const known = Object.keys(PORTS) as MailTls[];
  return (
    known.find((tls) => tls === given.toUpperCase()) ?? bad('MAIL/TLS', given, `it must be one of ${known.join(', ')}`)
  );
}

function portOf(name: string, given: string | undefined, tls: MailTls): number {
  const right = 'a port from 1 to 65535';
  const port = count(name, given, PORTS[tls], right);
  if (port < 1 || port > 65535) bad(name, given, `it must be ${right}`);
  return port;
}

function loginOf(user: string | undefined, passwordFile: string | undefined): MailSettings['login'] {
  if (user === undefined && passwordFile === undefined) return undefined;
  if (passwordFile === undefined) bad('MAIL/USER', user, 'it needs PASSWORD_FILE, the file that holds the password');
  if (user === undefined) bad('MAIL/PASSWORD_FILE', passwordFile, 'it needs USER, whose password it holds');
  return { user, passwordFile: absolute('MAIL/PASSWORD_FILE', passwordFile) };
}

function address(name: string, given: string): string {
  const text = given.trim();
  if (!ADDRESS.test(text)) bad(name, given, 'it must be an address such as ann@example.org, or Ann <ann@example.org>');
  return text;
}
