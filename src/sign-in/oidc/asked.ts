// What is asked of the provider goes over TLS to a server whose certificate was verified, or stays on this machine; answers have an end.
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import type { CustomFetch } from 'openid-client';
import { isSafeUrl } from '../../model/safe-url.ts';

const MOST_BYTES = 1024 * 1024;

/** A `fetch` that believes these certificates; of those that Node.js trusts without any. */
export function asking(ca: string | undefined): CustomFetch {
  return async (url, given) => {
    const at = new URL(url);
    if (!isSafeUrl(at)) throw new Error(`it names ${at.origin}, which is neither https nor this machine`);
    const { body, method, signal } = given;
    const sent = new Request(url, {
      method,
      headers: given.headers,
      body: (body ?? null) as Exclude<RequestInit['body'], undefined>,
    });
    const bytes = Buffer.from(await sent.arrayBuffer());
    const headers = Object.fromEntries(sent.headers);
    const options: RequestOptions = { method, headers, agent: false, ...(signal && { signal }) };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request =
        at.protocol === 'https:'
          ? requestTls(at, { ...options, ...(ca !== undefined && { ca }) }, resolve)
          : requestPlain(at, options, resolve);
      request.on('socket', (socket) => socket.unref()); // a daemon that ends does not wait for an answer
      request.on('error', reject).end(bytes);
    });
    return new Response(hasBody(answer) ? await bodyOf(answer) : null, {
      status: answer.statusCode ?? 0,
      headers: headersOf(answer),
    });
  };
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BYTES) throw new Error(`its answer is longer than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function hasBody({ statusCode }: IncomingMessage): boolean {
  return statusCode !== 204 && statusCode !== 304;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}
