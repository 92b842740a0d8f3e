// Who calls whom: the session string and the endpoint, by OpenNebula's precedence; the first that is there wins.
import { readFileSync } from 'node:fs';
import { reasonOf } from '../model/errors.ts';
import { readKeyPin } from '../model/key-pin.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';

export interface GlobalOptions {
  verbose?: boolean;
  user?: string;
  password?: string;
  endpoint?: string;
}

const SYSTEM_DIRECTORY = '/var/lib/one/.one';
/** Where the daemon of this machine keeps those of oneadmin, for root to read. */
const OWN_CREDENTIALS = '/var/lib/onevault/.one/one_auth';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const DEFAULT_ENDPOINT = 'http://localhost:2633/RPC2';

/** `user:password`, the first parameter of every call. Throws Failure when nobody said who is calling. */
export async function sessionOf(options: GlobalOptions, io: Io, own = OWN_CREDENTIALS): Promise<string> {
  if (options.user !== undefined) return `${options.user}:${options.password ?? (await askPassword(io))}`;
  const session =
    readIfThere(io.env['ONE_AUTH']) ??
    readIfThere(`${io.home}/.one/one_auth`) ??
    readIfThere(`${SYSTEM_DIRECTORY}/one_auth`) ??
    // no other machine gets the password of this one's daemon because somebody named it
    (LOOPBACK.test(endpointOf(options, io).hostname) ? readIfThere(own) : undefined);
  if (session === undefined) throw new Failure('ONE_AUTH file not present');
  return session;
}

async function askPassword(io: Io): Promise<string> {
  const password = await io.askSecret('Password: ');
  if (password === null) throw new Failure('--user needs --password when there is no terminal to ask on.');
  return password;
}

/** The URL that calls are posted to. */
export function endpointOf(options: GlobalOptions, io: Io): URL {
  const given = givenEndpoint(options, io) ?? endpointFile(io)?.text ?? DEFAULT_ENDPOINT;
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Failure(`The endpoint "${given}" is no http or https URL, such as ${DEFAULT_ENDPOINT}.`);
  }
  return url;
}

function givenEndpoint(options: GlobalOptions, io: Io): string | undefined {
  return options.endpoint ?? notEmpty(io.env['ONE_XMLRPC']);
}

/** The file that names the endpoint, and the directory that it is in. */
function endpointFile(io: Io): { directory: string; text: string } | undefined {
  for (const directory of [`${io.home}/.one`, SYSTEM_DIRECTORY]) {
    const text = readIfThere(`${directory}/one_endpoint`);
    if (text !== undefined) return { directory, text };
  }
  return undefined;
}

/**
 * The fingerprint that the server's key must have: ONEVAULT_FINGERPRINT, or the file one_fingerprint beside the one_endpoint that is used. Throws
 * Failure when it is none: a mistyped one protects nobody.
 */
export function pinOf(options: GlobalOptions, io: Io): { pin?: string } {
  const [where, given] = givenPin(options, io);
  if (given === undefined) return {};
  const pin = readKeyPin(given);
  if (pin !== undefined) return { pin };
  throw new Failure(
    `${where}="${given}" is no fingerprint of a server's key: it must be sha256// and 44 characters of base64, as onevault tls fingerprint prints it, or 64 hexadecimal digits.`,
  );
}

function givenPin(options: GlobalOptions, io: Io): [where: string, given: string | undefined] {
  const variable = notEmpty(io.env['ONEVAULT_FINGERPRINT']);
  const directory = givenEndpoint(options, io) === undefined ? endpointFile(io)?.directory : undefined;
  if (variable !== undefined || directory === undefined) return ['ONEVAULT_FINGERPRINT', variable];
  const file = `${directory}/one_fingerprint`;
  return [file, readIfThere(file)];
}

function notEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** A file's text without trailing white space; undefined when it cannot be read. */
function readIfThere(path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

/** Certificates of the file ONE_CERT_FILE, which are believed instead of the system's. Throws Failure when it cannot be read. */
export function trustedOf(io: Io): { ca?: string } {
  const file = notEmpty(io.env['ONE_CERT_FILE']);
  if (file === undefined) return {};
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new Failure(`ONE_CERT_FILE="${file}", with the certificates to believe, cannot be read: ${reasonOf(error)}`);
  }
}
