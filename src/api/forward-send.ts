// Sends a request to another control node and waits for the answer as long as that node is there: one that has died or was shut out is not
// waited for. Whether something may have been done is always known to the one who asks.
import { randomBytes } from 'node:crypto';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Duties } from '../nodes/duties.ts';
import type { NodeInfo } from '../nodes/duty.ts';
import { OtherKey } from '../tls/pinned-agent.ts';
import { pinnedFetch } from './pinned-fetch.ts';
import { NODE_HEADER, signed, type Behalf, type NodeRequest } from './forward-mac.ts';

/** The node has not what the call is about, or is another one by now. (421 would say so, but fetch sends it again by itself.) */
export const MISDIRECTED = 409;
const UNAUTHORIZED = 401;
/** How often it is looked whether the other node is still there. */
const LOOK_MS = 2000;

/** A body of a call between nodes, which no browser sends and no other route takes. */
export const CALL_TYPE = 'application/vnd.onevault.call';

/** Nothing was done: it may be sent again, to the same node or another. */
export class NotReached extends OneError {}

export interface Sending {
  duties: Duties;
  key: Uint8Array;
  clock: () => number;
  fetch: typeof fetch;
  lookMs?: number;
}

export type ForWhom = Pick<Behalf, 'uid' | 'egid'>;

/** The answer's head has come; its body may break off. Throws NotReached, or a OneError when nobody knows what was done. */
export async function send(
  { duties, key, clock, fetch, lookMs = LOOK_MS }: Sending,
  node: NodeInfo,
  request: NodeRequest,
  whom: ForWhom,
): Promise<Response> {
  // it takes up its duties before it listens, and tells where with the next renewal of its lease
  if (node.url === '')
    throw new NotReached(CODE.ACTION, `Control node ${node.name} does not listen yet.`, { retry: true });
  const behalf: Behalf = { ...whom, to: node.id, atMs: clock(), nonce: randomBytes(16).toString('hex') };
  const watch = watchOf(duties, node, lookMs);
  let response: Response;
  try {
    const url = new URL(request.path, baseOf(node.url));
    const asked = {
      method: request.method,
      headers: {
        [NODE_HEADER]: signed(key, request, behalf),
        'accept-encoding': 'identity', // what is passed on keeps its length
        ...(request.method === 'POST' && { 'content-type': CALL_TYPE }),
      },
      ...(request.method === 'POST' && { body: request.body }),
      signal: watch.signal,
    };
    const pinned = url.protocol === 'https:' ? node.pin : undefined;
    response = await (pinned === undefined
      ? fetch(url, { ...asked, redirect: 'error' })
      : pinnedFetch(url, pinned, asked));
  } catch (error) {
    watch.end();
    throw failed(node, error, request.method === 'GET');
  }
  if (response.status === MISDIRECTED || response.status === UNAUTHORIZED) {
    const why = await response.text().catch(reasonOf);
    watch.end();
    throw new NotReached(CODE.ACTION, `Control node ${node.name} does not do it: ${why.slice(0, 500)}`, {
      retry: true,
    });
  }
  if (response.body) return new Response(watched(response.body, watch.end), response);
  watch.end();
  return response;
}

interface Watch {
  signal: AbortSignal;
  end: () => void;
}

/** Aborts once the node is none of those that are there. */
function watchOf(duties: Duties, node: NodeInfo, lookMs: number): Watch {
  const gone = new AbortController();
  const look = async (): Promise<void> => {
    if ((await duties.nodes()).some(({ id }) => id === node.id)) return;
    gone.abort(new Error('it is no part of the installation any more'));
  };
  // who cannot ask whether the other is there goes on waiting: its own lease ends before long
  const timer = setInterval(() => void look().catch(() => undefined), lookMs); // it looks again
  const lost = (): void => gone.abort(new Error('this node is no part of the installation any more'));
  duties.lost.addEventListener('abort', lost, { once: true });
  return {
    signal: gone.signal,
    end: () => {
      clearInterval(timer);
      duties.lost.removeEventListener('abort', lost);
    },
  };
}

/** The body as it is; `end` is called when nobody reads it any more. */
function watched(body: ReadableStream<Uint8Array>, end: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      end();
    },
    async cancel(why) {
      end();
      await reader.cancel(why);
    },
  });
}

/** What cannot have reached the other node: nobody listens, or there is no way to it. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function failed(node: NodeInfo, error: unknown, harmless: boolean): OneError {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = cause instanceof Error ? cause.message || code : reasonOf(error);
  if (NOT_SENT.has(code) || cause instanceof OtherKey || harmless) {
    return new NotReached(CODE.ACTION, `Control node ${node.name} (${node.url}) does not answer: ${why}.`, {
      retry: true,
    });
  }
  return new OneError(
    CODE.ACTION,
    `Control node ${node.name} (${node.url}), which does this, was asked and did not answer: ${why}. It may have been done.`,
    { retry: true, hint: 'Look at the object before you try again.' },
  );
}

/** Nodes tell where their API is. */
function baseOf(url: string): string {
  return url.replace(/\/RPC2\/?$/, '/');
}
