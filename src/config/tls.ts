// Whether the endpoint and the console are reached over TLS: the files of the certificate and of its key, both or none.
import { absolute, bad } from './value.ts';

export interface TlsFiles {
  /** The certificate, and those between it and the authority, in PEM. */
  cert: string;
  key: string;
}

export function readTls(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined)
    return bad('TLS_KEY', key, 'there is no TLS_CERT, the file of the certificate that it belongs to');
  if (key === undefined) return bad('TLS_CERT', cert, 'there is no TLS_KEY, the file of the key that it belongs to');
  return { cert: absolute('TLS_CERT', cert), key: absolute('TLS_KEY', key) };
}
