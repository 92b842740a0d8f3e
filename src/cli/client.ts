// Calls to the daemon (or a real OpenNebula) over one kept-alive connection. A failure of any kind is a Failure whose text is
// what the user sees; a server's own error text is passed on unchanged.
import type http from 'node:http';
import type https from 'node:https';
import { reasonOf } from '../model/errors.ts';
import { formatCall, parseResponse, XmlRpcFault, type Value } from '../wire/xmlrpc.ts';
import { readXml, XmlError, type XmlElement } from '../wire/xml-read.ts';
import { Failure } from './failure.ts';

export interface Connection {
  endpoint: URL;
  /** `user:password`. */
  session: string;
  /** 0 waits for ever. */
  timeoutSec: number;
  /** Whether a certificate must be valid. */
  verifyTls: boolean;
  /** Certificates, in PEM, that are believed instead of those that the system believes. */
  ca?: string;
}

export class Client {
  readonly connection: Connection;
  readonly #http: typeof http | typeof https;
  readonly #agent: http.Agent;

  constructor(connection: Connection) {
    this.connection = connection;
    const secure = connection.endpoint.protocol === 'https:';
    // the one that is wanted: imports of both are a good part of the start of every command
    this.#http = process.getBuiltinModule(secure ? 'node:https' : 'node:http');
    this.#agent = new this.#http.Agent({ keepAlive: true, ...(secure && tlsOf(connection)) });
  }

  /** Calls `one.<method>` with the session in front; the value of a successful reply. Throws Failure otherwise. */
  async call(method: string, ...params: Value[]): Promise<Value> {
    const body = await this.#post(formatCall(`one.${method}`, [this.connection.session, ...params]));
    const [success, value] = readReply(body);
    if (success === true && value !== undefined) return value;
    throw new Failure(typeof value === 'string' ? value : 'The server refused without saying why.');
  }

  /** A call whose reply is an id or a text, as text. */
  async text(method: string, ...params: Value[]): Promise<string> {
    const value = await this.call(method, ...params);
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw new Failure(`one.${method} answered neither with an id nor with a text.`);
  }

  /** A call whose reply is a document. */
  async document(method: string, ...params: Value[]): Promise<XmlElement> {
    const value = await this.text(method, ...params);
    try {
      return readXml(value);
    } catch (error) {
      if (error instanceof XmlError) throw new Failure(`one.${method} sent a broken document: ${error.message}`);
      throw error;
    }
  }

  /** Opens a GET beside the endpoint, on a connection of its own. Throws Failure when there is no connection. */
  get(path: string, headers: Record<string, string>, signal?: AbortSignal): Promise<http.IncomingMessage> {
    const url = new URL(path, this.connection.endpoint.origin);
    const options = { headers, ...(signal && { signal }), ...tlsOf(this.connection) };
    return new Promise((resolve, reject) => {
      this.#http.get(url, options, resolve).on('error', (error) => reject(unreachable(url, error)));
    });
  }

  /** Lets go of the connection, so that the process can end. */
  close(): void {
    this.#agent.destroy();
  }

  #post(body: string): Promise<string> {
    const { endpoint, timeoutSec } = this.connection;
    const bytes = Buffer.from(body, 'utf8');
    const headers = { 'Content-Type': 'text/xml; charset=utf-8', 'Content-Length': bytes.length };
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(unreachable(endpoint, error));
      const request = this.#http.request(endpoint, { method: 'POST', agent: this.#agent, headers }, (response) => {
        readBody(response).then(resolve, fail);
      });
      if (timeoutSec > 0) {
        request.setTimeout(timeoutSec * 1000, () => request.destroy(new Error(`no answer within ${timeoutSec} s`)));
      }
      request.on('error', fail).end(bytes);
    });
  }
}

async function readBody(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  if (response.statusCode !== 200) {
    throw new Failure(`HTTP-Error: ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trimEnd());
  }
  if (chunks.length === 0) throw new Failure('No data');
  return Buffer.concat(chunks).toString('utf8');
}

function readReply(body: string): Value[] {
  try {
    return parseResponse(body);
  } catch (error) {
    if (error instanceof XmlRpcFault) throw new Failure(error.message, { cause: error });
    throw error;
  }
}

/** Says which address did not answer; a Failure passes through. */
function unreachable(url: URL, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(`Failed to open TCP connection to ${url.host} (${reasonOf(error) || 'connection refused'})`, {
    cause: error,
  });
}

function tlsOf({ verifyTls, ca }: Connection): https.AgentOptions {
  return { rejectUnauthorized: verifyTls, ...(ca !== undefined && { ca }) };
}
