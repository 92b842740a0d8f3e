// How much of the backups may go on at one place, and how large a share of turns and bytes it gets: attributes of hosts and of backup
// datastores, and the backup networks of the configuration. A value that is not understood is an error that names it.
import { text, vectors, type Attributes } from './attributes.ts';
import { DATASTORE_TYPE, type Datastore } from './datastore.ts';
import { CODE, OneError } from './errors.ts';
import type { Host } from './host.ts';

/** A place that backups are taken from or stored in. */
export interface PlaceLimits {
  /** Backups at the same time; 0 is no limit. undefined: nothing is said of this place. */
  maxBackups: number | undefined;
  /** Of two places the one with twice the weight gets twice the turns, and its runs twice the bytes. */
  weight: number;
}

export interface HostLimits extends PlaceLimits {
  /** Name of the network that its backups go over. */
  network: string | undefined;
}

export interface DatastoreLimits extends PlaceLimits {
  /** Of all its runs together; undefined for as much as they can. */
  bytesPerSec: number | undefined;
}

/** A network that the backups of several hosts share. */
export interface BackupNetwork {
  name: string;
  /** 0 is no limit. */
  maxBackups: number;
  bytesPerSec: number | undefined;
}

export const MAX_BACKUPS = 'MAX_BACKUPS';
export const BACKUP_WEIGHT = 'BACKUP_WEIGHT';
export const BANDWIDTH = 'BANDWIDTH';
export const BACKUP_NETWORK = 'BACKUP_NETWORK';

/** Of a place that says nothing. */
export const USUAL_WEIGHT = 10;
const MOST_WEIGHT = 1000;
const MOST_BACKUPS = 100_000;
/** MB a second; a MB is 2^20 bytes, as everywhere in OpenNebula. */
const MOST_BANDWIDTH = 1_000_000;
export const MB = 2 ** 20;

export const BACKUPS_RIGHT = `a number of backups from 0 (no limit) to ${MOST_BACKUPS}`;
export const BANDWIDTH_RIGHT = `a number of MB per second from 1 to ${MOST_BANDWIDTH}`;
export const NETWORK_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
export const NETWORK_NAME_RIGHT = 'a name of letters, digits, _, . and -, such as storage-net';

export function hostLimits({ template }: Pick<Host, 'template'>): HostLimits {
  const network = plain(template, BACKUP_NETWORK);
  if (network !== undefined && !NETWORK_NAME.test(network)) wrong(BACKUP_NETWORK, network, NETWORK_NAME_RIGHT);
  return { ...placeLimits(template), network };
}

/** Of what stores no backups nothing is read. */
export function datastoreLimits({ type, template }: Pick<Datastore, 'type' | 'template'>): DatastoreLimits {
  if (type !== DATASTORE_TYPE.BACKUP_DS) return { maxBackups: undefined, weight: USUAL_WEIGHT, bytesPerSec: undefined };
  const given = plain(template, BANDWIDTH);
  const bytesPerSec = given === undefined ? undefined : readBandwidth(given);
  if (given !== undefined && bytesPerSec === undefined) wrong(BANDWIDTH, given, BANDWIDTH_RIGHT);
  return { ...placeLimits(template), bytesPerSec };
}

/** Bytes per second; undefined when the text is no bandwidth. */
export function readBandwidth(given: string): number | undefined {
  const mbPerSec = wholeNumber(given, 1, MOST_BANDWIDTH);
  return mbPerSec === undefined ? undefined : mbPerSec * MB;
}

/** undefined when the text is no number of backups. */
export function readMaxBackups(given: string): number | undefined {
  return wholeNumber(given, 0, MOST_BACKUPS);
}

function placeLimits(template: Attributes): PlaceLimits {
  const most = plain(template, MAX_BACKUPS);
  const maxBackups = most === undefined ? undefined : readMaxBackups(most);
  if (most !== undefined && maxBackups === undefined) wrong(MAX_BACKUPS, most, BACKUPS_RIGHT);
  const given = plain(template, BACKUP_WEIGHT);
  const weight = given === undefined ? USUAL_WEIGHT : wholeNumber(given, 1, MOST_WEIGHT);
  if (weight === undefined) wrong(BACKUP_WEIGHT, given ?? '', `a number from 1 to ${MOST_WEIGHT}`);
  return { maxBackups, weight };
}

/** An empty one is none. */
function plain(template: Attributes, name: string): string | undefined {
  if (vectors(template, name).length > 0) {
    throw new OneError(CODE.INTERNAL, `${name}=[ ... ] is not right; it must be a plain value: ${name}="...".`);
  }
  return text(template, name)?.trim() || undefined;
}

function wholeNumber(given: string, least: number, most: number): number | undefined {
  const number = /^\d{1,9}$/.test(given) ? Number(given) : -1;
  return number >= least && number <= most ? number : undefined;
}

function wrong(name: string, value: string, right: string): never {
  throw new OneError(CODE.INTERNAL, `${name}="${value}" is not usable; it must be ${right}.`);
}
