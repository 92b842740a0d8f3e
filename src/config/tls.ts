// Whether the endpoint and the console are reached over TLS: with the files of a certificate and of its key, both or none, or with a certificate
// that the daemon makes for itself.
import { isServerName } from '../model/server-name.ts';
import { absolute, bad } from './value.ts';

export interface TlsFiles {
  /** The certificate, and those between it and the authority, in PEM. */
  cert: string;
  key: string;
}

/** The daemon makes its certificate, for these names beside its machine's own. */
export interface TlsGenerated {
  names: string[];
}

export type TlsSettings = TlsFiles | TlsGenerated;

export interface TlsTexts {
  tls?: string | undefined;
  names?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** Where the daemon is reached, as far as that is configured: it is in the certificate as well. */
  nodeUrl?: string | undefined;
  listenAddress?: string | undefined;
}

export function readTls({ tls, names, cert, key, ...reached }: TlsTexts): TlsSettings | undefined {
  if (tls !== undefined && tls.toLowerCase() !== 'generate') {
    bad('TLS', tls, 'it must be generate, or be left out where TLS_CERT and TLS_KEY say the certificate');
  }
  if (tls !== undefined) {
    if (cert !== undefined) bad('TLS_CERT', cert, 'with TLS="generate" the daemon makes its own certificate');
    if (key !== undefined) bad('TLS_KEY', key, 'with TLS="generate" the daemon makes its own key');
    return { names: [...readNames(names), ...namesOf(reached)] };
  }
  if (names !== undefined) bad('TLS_NAMES', names, 'it is for TLS="generate", which is not there');
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined)
    return bad('TLS_KEY', key, 'there is no TLS_CERT, the file of the certificate that it belongs to');
  if (key === undefined) return bad('TLS_CERT', cert, 'there is no TLS_KEY, the file of the key that it belongs to');
  return { cert: absolute('TLS_CERT', cert), key: absolute('TLS_KEY', key) };
}

function readNames(given = ''): string[] {
  const list = given.split(/[\s,]+/).filter((name) => name !== '');
  for (const name of list) {
    if (!isServerName(name)) bad('TLS_NAMES', name, 'it must be names of machines and addresses, with commas between');
  }
  return list;
}

const EVERYWHERE = ['0.0.0.0', '::'];

function namesOf({ nodeUrl = '', listenAddress = '' }: Pick<TlsTexts, 'nodeUrl' | 'listenAddress'>): string[] {
  const host = URL.parse(nodeUrl)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  return [host, listenAddress].filter((name) => isServerName(name) && !EVERYWHERE.includes(name));
}
