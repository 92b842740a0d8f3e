// TLS of the one port: TLS 1.2 at least, with a certificate that is read anew when it was renewed, without ending a connection.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener, Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import { keyPin } from '../model/key-pin.ts';

const MIN_VERSION = 'TLSv1.2';
/** A year: browsers do not come without TLS any more. */
export const STRICT = 'max-age=31536000';

interface Files {
  cert: string;
  key: string;
}

export class Tls {
  readonly #files: Files;
  #servers: Server[] = [];
  #fingerprint: string;
  #pin: string;

  /** Throws when the files cannot be read or do not belong together. */
  constructor(files: Files) {
    this.#files = files;
    ({ fingerprint: this.#fingerprint, pin: this.#pin } = read(files));
  }

  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` tells it. */
  get fingerprint(): string {
    return this.#fingerprint;
  }

  /** SHA-256 of its key, which clients may know it by. */
  get pin(): string {
    return this.#pin;
  }

  serverFor(handler: RequestListener): HttpServer {
    const server = createServer(read(this.#files).options, handler);
    this.#servers.push(server);
    return server;
  }

  /** Connections from now on get what the files hold now. Throws, and leaves what was, when that is not right. */
  reload(): void {
    const { options, fingerprint, pin } = read(this.#files);
    for (const server of this.#servers) server.setSecureContext(options);
    this.#fingerprint = fingerprint;
    this.#pin = pin;
  }
}

interface Read {
  options: { cert: Buffer; key: Buffer; minVersion: typeof MIN_VERSION };
  fingerprint: string;
  pin: string;
}

function read({ cert, key }: Files): Read {
  try {
    const options = { cert: readFileSync(cert), key: readFileSync(key), minVersion: MIN_VERSION } as const;
    createSecureContext(options);
    const certificate = new X509Certificate(options.cert);
    return { options, fingerprint: certificate.fingerprint256, pin: keyPin(certificate) };
  } catch (error) {
    throw new OneError(
      CODE.INTERNAL,
      `TLS with the certificate ${cert} and the key ${key} is not possible: ${reasonOf(error)}.`,
      {
        hint: 'TLS_CERT and TLS_KEY must name files in PEM that the daemon may read and that belong together.',
      },
    );
  }
}
