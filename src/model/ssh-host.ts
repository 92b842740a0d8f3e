// Hosts that are reached over SSH: what their attributes say. Pure.
import { createHash } from 'node:crypto';
import { text, type Attributes } from './attributes.ts';
import { CODE, OneError } from './errors.ts';
import type { Host } from './host.ts';

/** The attributes of a host that say how it is reached. */
export const SSH = 'SSH';
export const SSH_HOST_KEY = 'SSH_HOST_KEY';
export const SSH_DIRECTORY = 'SSH_DIRECTORY';
export const SSH_RUN_DIRECTORY = 'SSH_RUN_DIRECTORY';

const DIRECTORY = '/var/lib/onevault/host';
const RUN_DIRECTORY = '/run/onevault';
const MAX_PORT = 65_535;
/** Nothing in it means anything to a shell, so it can stand in a command line over there. */
const PLAIN_PATH = /^(\/[A-Za-z0-9._+-]+)+$/;
const KEY = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]+=*$/;

export interface SshAddress {
  user: string;
  host: string;
  port: number;
}

export interface SshHost extends SshAddress {
  /** Its pinned keys, each `<type> <base64>`. */
  hostKeys: string[];
  /** Where the programs are brought to. */
  directory: string;
  /** Where runs keep sockets and scratch files. */
  runDirectory: string;
}

/** Reads `user@host[:port]`. Throws a OneError that says what would be right. */
export function readSshAddress(given: string): SshAddress {
  const [, user = '', bracketed, plain, port = '22'] =
    /^([a-z_][a-z0-9_.-]*)@(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/i.exec(given) ?? [];
  const host = bracketed ?? plain ?? '';
  const isHost = host !== '' && !host.startsWith('-');
  if (!isHost || Number(port) < 1 || Number(port) > MAX_PORT) {
    throw new OneError(CODE.ACTION, `${SSH}="${given}" is not right; it must be user@host or user@host:port.`);
  }
  return { user, host, port: Number(port) };
}

/** The pinned keys: one a line, as ssh-keyscan and .pub files have them; names in front and remarks behind are left out. */
export function readHostKeys(given: string): string[] {
  const lines = given
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const words = line.split(/\s+/);
    const at = words.findIndex((word, index) => KEY.test(`${word} ${words[index + 1] ?? ''}`));
    if (at < 0 || at > 1) {
      throw new OneError(CODE.ACTION, `${SSH_HOST_KEY}="${line}" is not right; it must be like "ssh-ed25519 AAAA...".`);
    }
    return `${words[at]} ${words[at + 1]}`;
  });
}

/** A key as ssh shows it to be compared: `ED25519 SHA256:...`. */
export function fingerprint(key: string): string {
  const [type = '', base64 = ''] = key.split(' ');
  const hash = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '');
  return `${type.replace(/^ssh-|-sha2.*$/g, '').toUpperCase()} SHA256:${hash}`;
}

/** How a host is reached over SSH; undefined for one of the machine that the daemon runs on. Throws a OneError that names the attribute. */
export function sshHostOf({ id, template }: Pick<Host, 'id' | 'template'>, installation: string): SshHost | undefined {
  const given = text(template, SSH);
  if (given === undefined || given === '') return undefined;
  const address = readSshAddress(given);
  const hostKeys = readHostKeys(text(template, SSH_HOST_KEY) ?? '');
  if (hostKeys.length === 0) {
    throw new OneError(
      CODE.ACTION,
      `Host ${id} has ${SSH}="${given}" but no ${SSH_HOST_KEY}: nobody could tell who answers.`,
      {
        objectId: id,
        hint: `Compare its key at its console with the one that ssh-keyscan shows, and give that: onehost update ${id}`,
      },
    );
  }
  return {
    ...address,
    hostKeys,
    directory: pathOf(template, SSH_DIRECTORY, DIRECTORY),
    runDirectory: `${pathOf(template, SSH_RUN_DIRECTORY, RUN_DIRECTORY)}/${installation}`,
  };
}

/** Whether a host is reached over SSH. */
export function isOverSsh({ template }: Pick<Host, 'template'>): boolean {
  return (text(template, SSH) ?? '') !== '';
}

/** What a file of known hosts says of it, and of nobody else. */
export function knownHostsText({ host, port, hostKeys }: SshHost): string {
  const name = port === 22 ? host : `[${host}]:${port}`;
  return hostKeys.map((key) => `${name} ${key}\n`).join('');
}

function pathOf(template: Attributes, name: string, otherwise: string): string {
  const given = text(template, name) ?? otherwise;
  if (PLAIN_PATH.test(given) && !given.split('/').includes('..')) return given;
  throw new OneError(
    CODE.ACTION,
    `${name}="${given}" is not right; it must be an absolute path of letters, digits and . _ + - alone.`,
  );
}
