// What a certificate that OneVault makes for itself is for, and when it is made anew. Pure.
import { isAddress, isServerName } from '../model/server-name.ts';

const DAY_MS = 86_400_000;
/** What browsers believe at most. */
export const VALID_DAYS = 398;
/** So long before its end another one takes its place. */
const RENEW_BEFORE_MS = 60 * DAY_MS;

const ALWAYS = ['localhost', '127.0.0.1', '::1'];

/** Each once: this machine's name, those of the loopback, and those that were given. */
export function certificateNames(hostname: string, given: readonly string[]): string[] {
  const all = [...(isServerName(hostname) ? [hostname] : []), ...ALWAYS, ...given];
  return [...new Set(all.map((name) => name.toLowerCase()))];
}

/** What is asked of `openssl req -x509`. */
export function requestText(names: readonly string[]): string {
  const alternatives = names.map((name) => `${isAddress(name) ? 'IP' : 'DNS'}:${name}`);
  return [
    ...['[req]', 'distinguished_name = subject', 'prompt = no', 'x509_extensions = server'],
    ...['[subject]', 'CN = OneVault'],
    ...['[server]', 'basicConstraints = critical, CA:FALSE', 'keyUsage = critical, digitalSignature'],
    ...['extendedKeyUsage = serverAuth', `subjectAltName = ${alternatives.join(', ')}`, ''],
  ].join('\n');
}

/** Of a certificate, what is looked at. */
export interface Kept {
  validFromMs: number;
  validToMs: number;
  ofThisKey: boolean;
  isFor(name: string): boolean;
}

/** Why another certificate takes its place; undefined while it is good. */
export function renewalReason(kept: Kept | undefined, names: readonly string[], nowMs: number): string | undefined {
  if (!kept) return 'there was none';
  if (!kept.ofThisKey) return 'it was of another key';
  if (nowMs >= kept.validToMs - RENEW_BEFORE_MS) return 'it was about to expire';
  if (nowMs < kept.validFromMs) return 'it was not valid yet';
  const missing = names.filter((name) => !kept.isFor(name));
  return missing.length === 0 ? undefined : `it was not for ${missing.join(', ')}`;
}
