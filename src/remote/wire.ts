// Values as lines of JSON, with what JSON has no words for: maps, bytes, nothing, and errors as they were thrown. Pure.
import { CleanStop, CODE, ConnectionLost, OneError, reasonOf, TrackerLost, type Code } from '../model/errors.ts';

/** What a value is called on the wire that JSON cannot say; the rest of the object says which. */
const TAG = '$one';

/** What cannot be carried itself is left with the caller: it gets a number for it. */
export type Keep = (value: object) => Record<string, unknown> | undefined;
export type Fetch = (mark: Record<string, unknown>) => unknown;

/** Makes a value ready for JSON. `keep` is asked about every object that is no plain one, and about functions. */
export function pack(value: unknown, keep: Keep = () => undefined): unknown {
  if (value === undefined) return { [TAG]: 'nothing' };
  if (typeof value === 'function') return mark(keep(value), 'a function');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => pack(one, keep));
  if (value instanceof Map) return { [TAG]: 'map', entries: [...value].map((entry) => pack(entry, keep)) };
  if (value instanceof Uint8Array) return { [TAG]: 'bytes', base64: Buffer.from(value).toString('base64') };
  const kept = keep(value);
  if (kept) return mark(kept, 'an object');
  const pairs = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(pairs.map(([name, one]) => [name, pack(one, keep)]));
}

/** The reverse; `fetch` makes what the other side has kept. */
export function unpack(value: unknown, fetch: Fetch = () => undefined): unknown {
  if (Array.isArray(value)) return value.map((one) => unpack(one, fetch));
  if (typeof value !== 'object' || value === null) return value;
  const given = value as Record<string, unknown>;
  switch (given[TAG]) {
    case undefined:
      return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, unpack(one, fetch)]));
    case 'nothing':
      return undefined;
    case 'map':
      return new Map(unpack(given['entries'], fetch) as Array<[unknown, unknown]>);
    case 'bytes':
      return new Uint8Array(Buffer.from(given['base64'] as string, 'base64'));
    default:
      return fetch(given);
  }
}

function mark(kept: Record<string, unknown> | undefined, what: string): Record<string, unknown> {
  if (kept) return { [TAG]: 'kept', ...kept };
  throw new OneError(CODE.INTERNAL, `${what} cannot be sent to another machine.`);
}

/** An error on the wire. */
export interface PackedError {
  kind: 'one' | 'tracker-lost' | 'clean-stop' | 'connection-lost' | 'system';
  message: string;
  code: Code;
  objectId: number;
  retry: boolean;
  hint: string;
  /** What Node calls it: ENOENT. */
  errno?: string;
}

export function packError(error: unknown): PackedError {
  if (error instanceof OneError) {
    const { message, code, objectId, retry, hint } = error;
    return { kind: kindOf(error), message, code, objectId, retry, hint };
  }
  const errno = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const known = { code: CODE.INTERNAL, objectId: -1, retry: false, hint: '' };
  return { kind: 'system', message: reasonOf(error), ...known, ...(errno !== undefined && { errno }) };
}

function kindOf(error: OneError): PackedError['kind'] {
  if (error instanceof TrackerLost) return 'tracker-lost';
  if (error instanceof CleanStop) return 'clean-stop';
  return error instanceof ConnectionLost ? 'connection-lost' : 'one';
}

export function unpackError({ kind, message, code, objectId, retry, hint, errno }: PackedError): Error {
  const options = { objectId, retry, hint };
  switch (kind) {
    case 'tracker-lost':
      return new TrackerLost(message, options);
    case 'clean-stop':
      return new CleanStop(message, options);
    case 'connection-lost':
      return new ConnectionLost(message, options);
    case 'one':
      return new OneError(code, message, options);
    case 'system':
      return Object.assign(new Error(message), errno === undefined ? {} : { code: errno });
  }
}
