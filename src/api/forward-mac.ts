// How control nodes know each other's calls: a keyed digest over what is asked, for whom, of which node and when. A call is good for half
// a minute, for the node that it names, and once. Pure.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const NODE_HEADER = 'x-onevault-node';
/** How far clocks of two nodes may be apart, and a call be on its way. */
export const MOST_SKEW_MS = 30_000;
const VERSION = 'v1';

/** What is asked of another node. */
export interface NodeRequest {
  /** GET or POST. */
  method: string;
  /** With its query. */
  path: string;
  body: string;
}

/** On whose behalf, and who asks whom. */
export interface Behalf {
  uid: number;
  /** Group that a token narrows her to; -1 for all of hers. */
  egid: number;
  /** Node that is to do it. */
  to: string;
  atMs: number;
  /** Of each call another one. */
  nonce: string;
}

export type Verdict = { good: Behalf } | { wrong: string };

/** The key that nodes call each other with, which is of no use for the secrets in the database. */
export function nodeKey(secretsKey: Uint8Array): Uint8Array {
  return createHmac('sha256', secretsKey).update('onevault calls between control nodes').digest();
}

export function signed(key: Uint8Array, request: NodeRequest, behalf: Behalf): string {
  const { to, atMs, nonce, uid, egid } = behalf;
  return [VERSION, to, atMs, nonce, uid, egid, macOf(key, request, behalf).toString('hex')].join(' ');
}

/** `header` is what came with the request; `me` the id of this node. Whether the nonce is new is for others to say. */
export function verified(
  key: Uint8Array,
  request: NodeRequest,
  { header, me, nowMs }: { header: string; me: string; nowMs: number },
): Verdict {
  const match = /^v1 ([0-9a-z-]{1,64}) (\d{1,15}) ([0-9a-f]{32}) (\d{1,9}) (-1|\d{1,9}) ([0-9a-f]{64})$/.exec(header);
  if (!match) return { wrong: 'its proof cannot be read; the nodes may run versions that are too far apart' };
  const [, to = '', at = '', nonce = '', uid = '', egid = '', mac = ''] = match;
  const behalf: Behalf = { to, atMs: Number(at), nonce, uid: Number(uid), egid: Number(egid) };
  if (!timingSafeEqual(Buffer.from(mac, 'hex'), macOf(key, request, behalf))) {
    return { wrong: 'its proof is wrong: both nodes must have the same secrets key' };
  }
  if (to !== me) return { wrong: `it is for node ${to}, and this is ${me}` };
  const skewMs = Math.abs(nowMs - behalf.atMs);
  if (skewMs > MOST_SKEW_MS) {
    return { wrong: `the clocks of the two nodes are ${Math.round(skewMs / 1000)} s apart, or it was sent long ago` };
  }
  return { good: behalf };
}

/** Nonces of calls that were carried out: none is twice. */
export class Nonces {
  readonly #seen = new Map<string, number>();

  /** False when it has been there before. */
  take(nonce: string, nowMs: number): boolean {
    if (this.#seen.has(nonce)) return false;
    // in the order of their time: the oldest are first
    for (const [old, atMs] of this.#seen) {
      if (atMs > nowMs - 2 * MOST_SKEW_MS) break;
      this.#seen.delete(old);
    }
    this.#seen.set(nonce, nowMs);
    return true;
  }
}

function macOf(key: Uint8Array, { method, path, body }: NodeRequest, { to, atMs, nonce, uid, egid }: Behalf): Buffer {
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const what = JSON.stringify([VERSION, method, path, to, atMs, nonce, uid, egid, bodyHash]);
  return createHmac('sha256', key).update(what).digest();
}
