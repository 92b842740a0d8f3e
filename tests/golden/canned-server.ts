// A server that answers XML-RPC calls from a table of canned replies and remembers what it was asked. For tests of the
// command line only.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatFailure, formatFault, formatSuccess, parseCall, type Call, type Value } from '../../src/wire/xmlrpc.ts';

/** What a method answers: a value, a failure, or something that depends on the parameters. */
export type Canned = Value | Refusal | ((params: Value[]) => Value | Refusal);

export class Refusal {
  readonly message: string;
  readonly code: number;

  constructor(message: string, code: number) {
    this.message = message;
    this.code = code;
  }
}

export interface CannedServer {
  endpoint: string;
  calls: Call[];
  requests: Array<{ method: string; url: string; headers: http.IncomingHttpHeaders; body: string }>;
  /** Connections opened so far. */
  connections: number;
  close(): Promise<void>;
}

/** Starts on a free port of 127.0.0.1. `get` answers what is not a POST to /RPC2; 404 without it. */
export async function cannedServer(replies: Record<string, Canned>, get?: http.RequestListener): Promise<CannedServer> {
  const server = http.createServer((request, response) => {
    void readBody(request).then((body) => {
      state.requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      if (request.method !== 'POST' || request.url !== '/RPC2') {
        if (get) get(request, response);
        else response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/xml' }).end(answer(replies, parseCall(body), state.calls));
    });
  });
  const state: CannedServer = {
    endpoint: '',
    calls: [],
    requests: [],
    connections: 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  server.on('connection', () => (state.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/RPC2`;
  return state;
}

function answer(replies: Record<string, Canned>, call: Call, calls: Call[]): string {
  calls.push(call);
  const canned = replies[call.method];
  if (canned === undefined) return formatFault(-506, `Method '${call.method}' not defined`);
  const reply = typeof canned === 'function' ? canned(call.params.slice(1)) : canned;
  return reply instanceof Refusal ? formatFailure(reply.message, reply.code) : formatSuccess(reply);
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
