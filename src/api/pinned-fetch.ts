// fetch, as far as control nodes use it, to a server that is known by the fingerprint of its key.
import { request } from 'node:https';
import { Readable } from 'node:stream';
import { PinnedAgent } from '../tls/pinned-agent.ts';

export interface PinnedRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** The answer's head has come. What fails is a TypeError with its cause, as fetch has it. */
export function pinnedFetch(
  url: URL,
  pin: string,
  { method, headers, body, signal }: PinnedRequest,
): Promise<Response> {
  const agent = new PinnedAgent(pin, false);
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => reject(new TypeError('fetch failed', { cause }));
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request(url, { method, agent, signal, headers: { ...headers, ...length } }, (answer) => {
      const { statusCode: status = 500 } = answer;
      const shown = Object.entries(answer.headers).flatMap(([name, value]): Array<[string, string]> =>
        typeof value === 'string' ? [[name, value]] : [],
      );
      const empty = status === 204 || status === 304;
      if (empty) answer.resume();
      const stream = empty ? null : (Readable.toWeb(answer) as unknown as ReadableStream<Uint8Array>);
      resolve(new Response(stream, { status, headers: shown }));
    });
    asked.on('error', failed);
    asked.end(body);
  });
}
