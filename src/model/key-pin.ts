// The fingerprint of a server's key, by which clients know it whoever signed its certificate: SHA-256 over the public key, written as curl's
// --pinnedpubkey takes it. It stays the same when the certificate is renewed with the same key. Pure.
import { createHash, type X509Certificate } from 'node:crypto';

const BYTES = 32;

export function keyPin({ publicKey }: Pick<X509Certificate, 'publicKey'>): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256//${createHash('sha256').update(der).digest('base64')}`;
}

/** The fingerprint in the form that is compared; undefined for what is none. Hexadecimal digits are one as well, with or without colons. */
export function readKeyPin(given: string): string | undefined {
  const text = given.trim();
  const hex = text.replace(/^sha256:/i, '').replaceAll(':', '');
  const bytes = /^[0-9a-f]{64}$/i.test(hex)
    ? Buffer.from(hex, 'hex')
    : Buffer.from(/^sha256\/\/([A-Za-z0-9+/]{43}=)$/.exec(text)?.[1] ?? '', 'base64');
  return bytes.length === BYTES ? `sha256//${bytes.toString('base64')}` : undefined;
}
