// Connections to a server that is known by the fingerprint of its key alone, whoever signed its certificate and for which name: nothing is sent to
// one that has another key.
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { keyPin } from '../model/key-pin.ts';

/** For so long a server may take to show its key. */
const HANDSHAKE_MS = 20_000;

type Made = (error: Error | null, socket: Duplex) => void;

/** The server has another key than the one that it is known by. */
export class OtherKey extends Error {
  readonly shown: string;
  readonly wanted: string;

  constructor(shown: string, wanted: string) {
    super(`its key has the fingerprint ${shown}, and not ${wanted}`);
    this.name = 'OtherKey';
    this.shown = shown;
    this.wanted = wanted;
  }
}

export class PinnedAgent extends Agent {
  readonly #pin: string;

  constructor(pin: string, keepAlive: boolean) {
    super({ keepAlive });
    this.#pin = pin;
  }

  /** The socket is handed out when the server has proved that it has the key. */
  override createConnection(options: ConnectionOptions, made: Made): undefined {
    const { path: _path, ...where } = options;
    const socket = connect({ ...where, rejectUnauthorized: false });
    const failed = (error: Error): void => made(error, socket);
    // whoever waits for the socket cannot give it up
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error(`no TLS within ${HANDSHAKE_MS / 1000} s`)));
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      const cert = socket.getPeerX509Certificate();
      const shown = cert ? keyPin(cert) : 'that is not shown';
      if (shown !== this.#pin) return void socket.destroy(new OtherKey(shown, this.#pin));
      socket.off('error', failed);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      made(null, socket);
    });
    return undefined;
  }
}
