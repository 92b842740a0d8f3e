// A TCP proxy on this machine that a test controls: it counts what is sent through it, cuts all connections at a given byte, or lets nothing
// through any more until it is told to go on.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  client: Socket;
  server: Socket;
}

export class Proxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #sent = 0;
  #at: { bytes: number; then: () => void } | undefined;
  #stalled = false;
  #refuses = false;

  private constructor(port: number) {
    this.#server = createServer((client) => this.#joined(client, port));
  }

  /** In front of a port of this machine. */
  static async open(port: number): Promise<Proxy> {
    const proxy = new Proxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Bytes from clients since the last time that it was set anew. */
  get sent(): number {
    return this.#sent;
  }

  /** Counts from nothing and does nothing else. */
  reset(): void {
    this.#sent = 0;
    this.#at = undefined;
    this.#refuses = false;
    this.go();
  }

  /** Cuts every connection when so many bytes were sent from now on; `forGood` lets none be made after that. Settles when it has. */
  cutAt(bytes: number, forGood = false): Promise<void> {
    return this.#when(bytes, () => {
      this.#refuses = forGood;
      for (const pair of [...this.#pairs]) drop(pair);
    });
  }

  /** Lets nothing through when so many bytes were sent from now on; connections stay open. Settles when it does. */
  stallAt(bytes: number): Promise<void> {
    return this.#when(bytes, () => {
      this.#stalled = true;
      for (const { client, server } of this.#pairs) [client, server].forEach((socket) => socket.pause());
    });
  }

  /** Lets nothing through from now on; connections stay open. */
  stall(): void {
    this.#stalled = true;
    for (const { client, server } of this.#pairs) [client, server].forEach((socket) => socket.pause());
  }

  /** Ends every connection. */
  cut(): void {
    for (const pair of [...this.#pairs]) drop(pair);
  }

  go(): void {
    this.#stalled = false;
    for (const { client, server } of this.#pairs) [client, server].forEach((socket) => socket.resume());
  }

  async close(): Promise<void> {
    for (const pair of [...this.#pairs]) drop(pair);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #when(bytes: number, act: () => void): Promise<void> {
    this.#sent = 0;
    return new Promise((resolve) => {
      this.#at = {
        bytes,
        then: () => {
          act();
          resolve();
        },
      };
    });
  }

  #joined(client: Socket, port: number): void {
    if (this.#refuses) return void client.destroy();
    const server = connect(port, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on('error', () => drop(pair)); // the other end learns of it
      socket.on('close', () => {
        this.#pairs.delete(pair);
        drop(pair);
      });
    }
    client.on('data', (chunk: Buffer) => {
      forward(client, server, chunk, () => this.#stalled);
      this.#sent += chunk.length;
      const at = this.#at;
      if (at === undefined || this.#sent < at.bytes) return;
      this.#at = undefined;
      at.then();
    });
    server.on('data', (chunk: Buffer) => forward(server, client, chunk, () => this.#stalled));
    if (this.#stalled) [client, server].forEach((socket) => socket.pause());
  }
}

function forward(from: Socket, to: Socket, chunk: Buffer, stalled: () => boolean): void {
  if (to.write(chunk)) return;
  from.pause();
  to.once('drain', () => {
    if (!stalled()) from.resume();
  });
}

function drop({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}
