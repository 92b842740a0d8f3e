// The secret attributes of an object as they are kept (sealed), as programs get them (unsealed), and as users see them (masked).
import type { Attribute, Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { SECRET_ATTRIBUTES } from '../model/secrets.ts';
import { isSealed, seal, unseal } from './secret-box.ts';

/** Stands where a secret is; given back on an update, it means the secret stays as it is. */
export const MASK = '***';

/** For the store. What is sealed already stays as it is. */
export function sealAttributes(key: Uint8Array, attributes: Attributes): Attributes {
  return eachSecret(attributes, (value) => (value === '' || isSealed(value) ? value : seal(key, value)));
}

/** For the program that needs them. `owner` is the object in the error, such as `datastore [100]`. */
export function unsealAttributes(key: Uint8Array, attributes: Attributes, owner = 'the datastore'): Attributes {
  return eachSecret(attributes, (value, name) =>
    isSealed(value) ? unseal(key, value, `The attribute ${name} of ${owner}`) : value,
  );
}

/** For users. */
export function maskAttributes(attributes: Attributes): Attributes {
  return attributes.map(([name, value]): Attribute => [name, isSecret(name) && value !== '' ? MASK : value]);
}

/** `given` as a user wrote it after having seen `before` masked: a mask stands for the secret that was there. */
export function unmaskAttributes(given: Attributes, before: Attributes): Attributes {
  const kept = new Map(before);
  return eachSecret(given, (value, name) => {
    if (value !== MASK) return value;
    const secret = kept.get(name);
    if (typeof secret === 'string' && secret !== '') return secret;
    throw new OneError(
      CODE.INTERNAL,
      `${name}="${MASK}" stands for the secret that is kept, but there is none; give the secret itself.`,
    );
  });
}

function eachSecret(attributes: Attributes, change: (value: string, name: string) => string): Attributes {
  return attributes.map(([name, value]): Attribute => {
    return [name, typeof value === 'string' && isSecret(name) ? change(value, name) : value];
  });
}

function isSecret(name: string): boolean {
  return SECRET_ATTRIBUTES.has(name);
}
