// Secrets of datastores are kept encrypted with a key that lies outside the database: AES-256-GCM, a fresh nonce each time, so
// that a copy of the database tells nothing and a changed text is noticed.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CODE, OneError } from '../model/errors.ts';

const CIPHER = 'aes-256-gcm';
const PREFIX = 'enc1:';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** `enc1:` and, in base64, nonce, tag and encrypted text. */
export function seal(key: Uint8Array, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, checkedKey(key), nonce, { authTagLength: TAG_BYTES });
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64');
}

/** The text again. `what` names it in the error for one that was changed or sealed with another key. */
export function unseal(key: Uint8Array, sealed: string, what = 'The secret'): string {
  if (!isSealed(sealed)) throw new OneError(CODE.INTERNAL, `${what} cannot be read: it is not encrypted.`);
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64');
  const decipher = createDecipheriv(CIPHER, checkedKey(key), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const encrypted = bytes.subarray(NONCE_BYTES + TAG_BYTES);
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new OneError(CODE.INTERNAL, `${what} cannot be read: it was encrypted with another key, or changed since.`, {
      cause,
      hint: 'The key file must be the one it was encrypted with; bring that back, or set the attribute anew.',
    });
  }
}

export function isSealed(text: string): boolean {
  const base64 = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  return BASE64.test(base64) && Buffer.from(base64, 'base64').length >= NONCE_BYTES + TAG_BYTES;
}

function checkedKey(key: Uint8Array): Uint8Array {
  if (key.length === KEY_BYTES) return key;
  throw new OneError(CODE.INTERNAL, `The key for secrets has ${key.length} bytes; it must have ${KEY_BYTES}.`);
}
