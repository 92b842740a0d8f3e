// What a browser keeps while its user signs in elsewhere, sealed, so that it can be neither read nor made up, and every control node can take
// it up; afterwards, why that failed.
import { createHmac } from 'node:crypto';
import { seal, unseal } from '../access/secret-box.ts';
import { OneError } from '../model/errors.ts';
import type { Kept } from '../sign-in/redirect-driver.ts';

export const SIGN_IN_COOKIE = 'onevault_sign_in';
export const SIGN_IN_PATH = '/api/sign-in';

/** Browsers keep cookies of 4 KiB, and sealing makes these almost twice as long. */
const MOST_PLACE = 1000;
const MOST_MESSAGE = 500;
const MOST_HINT = 300;

/** She is away to sign in, and comes back to a page of the console. */
export interface Away {
  kept: Kept;
  to: string;
}

/** Nobody was signed in. */
export interface Failed {
  message: string;
  hint: string;
}

export type SignInState = { away: Away } | { failed: Failed };

/** The key that these cookies are sealed with, which is of no use for the secrets in the database. */
export function signInKey(secretsKey: Uint8Array): Uint8Array {
  return createHmac('sha256', secretsKey).update('onevault sign-ins under way').digest();
}

export function sealedState(key: Uint8Array, state: SignInState, untilMs: number): string {
  return Buffer.from(seal(key, JSON.stringify({ state, untilMs }))).toString('base64url');
}

/** Undefined when there is none, or it is not ours, or too old. */
export function openedState(key: Uint8Array, cookie: string | undefined, nowMs: number): SignInState | undefined {
  if (cookie === undefined) return undefined;
  try {
    const text = unseal(key, Buffer.from(cookie, 'base64url').toString('utf8'));
    const { state, untilMs } = JSON.parse(text) as { state: SignInState; untilMs: number };
    return untilMs > nowMs ? state : undefined;
  } catch (error) {
    if (error instanceof OneError) return undefined; // somebody else's: as good as none
    throw error;
  }
}

/** What can be kept of it. */
export function failedWith({ message, hint }: Failed): SignInState {
  return { failed: { message: message.slice(0, MOST_MESSAGE), hint: hint.slice(0, MOST_HINT) } };
}

/** A page of this console; its first one when what was asked for is no place in it. */
export function placeOf(asked: unknown): string {
  const isPlace =
    typeof asked === 'string' && /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(asked) && asked.length <= MOST_PLACE;
  return isPlace && !asked.startsWith('/api/') ? asked : '/';
}
