// Whether a record has the shape of what it should be, as far as everything else leans on it. Pure.
import { permissionsFromOctet } from '../model/permissions.ts';

const BITS = Object.keys(permissionsFromOctet(0));

/** Throws what is wrong with the record. */
export function checkShape(object: object, oid: number): void {
  const record = new Map(Object.entries(object));
  if (record.get('id') !== oid) throw new Error(`it says that its id is ${JSON.stringify(record.get('id'))}`);
  for (const name of ['template', 'userTemplate']) {
    if (record.has(name) && !isTemplate(record.get(name))) throw new Error(`its ${name} is none`);
  }
  const permissions: unknown = record.get('permissions');
  if (record.has('permissions') && !isPermissions(permissions)) throw new Error('its permissions are none');
}

function isTemplate(value: unknown): boolean {
  const isPair = (pair: unknown, fits: (part: unknown) => boolean): boolean =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && fits(pair[1]);
  const isText = (part: unknown): boolean => typeof part === 'string';
  const isValue = (part: unknown): boolean =>
    isText(part) || (Array.isArray(part) && part.every((pair) => isPair(pair, isText)));
  return Array.isArray(value) && value.every((pair) => isPair(pair, isValue));
}

function isPermissions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const given = new Map(Object.entries(value));
  return BITS.every((bit) => typeof given.get(bit) === 'boolean');
}
