// Whom another control node asks for, by the proof that comes with its request: a user of this installation, as if she had asked herself.
import type { FastifyRequest } from 'fastify';
import { makeCaller, type Caller } from '../access/authorize.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import type { Parts } from '../vm/parts.ts';
import { NODE_HEADER, Nonces, verified } from './forward-mac.ts';

export interface OnBehalf {
  user: User;
  caller: Caller;
  forwarded: true;
}

export class NodeProofs {
  readonly #parts: Pick<Parts, 'store' | 'clock' | 'duties'>;
  readonly #key: Uint8Array;
  readonly #nonces = new Nonces();

  constructor(parts: Pick<Parts, 'store' | 'clock' | 'duties'>, key: Uint8Array) {
    this.#parts = parts;
    this.#key = key;
  }

  static has({ headers }: FastifyRequest): boolean {
    return headers[NODE_HEADER] !== undefined;
  }

  /** Throws unless another node of this installation has sent it just now. */
  async whoOf(request: FastifyRequest): Promise<OnBehalf> {
    const { store, clock, duties } = this.#parts;
    const body = typeof request.body === 'string' ? request.body : '';
    const asked = { method: request.method, path: request.url, body };
    const nowMs = clock();
    const header = String(request.headers[NODE_HEADER]);
    const verdict = verified(this.#key, asked, { header, me: duties.nodeId, nowMs });
    if ('wrong' in verdict) throw notBelieved(verdict.wrong);
    const { uid, egid, nonce } = verdict.good;
    if (!this.#nonces.take(nonce, nowMs)) throw notBelieved('it was carried out already');
    const user = await store.users.find(uid);
    if (!user?.enabled) throw notBelieved(`user [${uid}] does not exist or is disabled`);
    return { user, caller: makeCaller(user, egid, await store.rules.list()), forwarded: true };
  }
}

export function notBelieved(why: string): OneError {
  return new OneError(CODE.AUTHENTICATION, `A call of another control node is refused: ${why}.`);
}
