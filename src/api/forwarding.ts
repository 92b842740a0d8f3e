// Carries out a method where it belongs: here, at the node that has what it works on, or at all of them. What came from another node is
// never passed on again, so no call goes in circles.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../access/authorize.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { Duties } from '../nodes/duties.ts';
import type { Duty, NodeInfo } from '../nodes/duty.ts';
import type { WaitingBackup } from '../model/backup-status.ts';
import type { Store } from '../store/store.ts';
import type { Parts } from '../vm/parts.ts';
import type { Value } from '../wire/xmlrpc.ts';
import { resultOf, together, type NodeAnswer, type NodeCall } from './forward-answer.ts';
import type { NodeRequest } from './forward-mac.ts';
import { NodeProofs } from './forward-proof.ts';
import { NotReached, send, type ForWhom, type Sending } from './forward-send.ts';
import { subjectOf, type Subject } from './forward-table.ts';
import { dutyOf } from './forward-where.ts';
import type { Call, Method, Result } from './method.ts';

export const CALL_PATH = '/api/node/call';
export const WAITING_PATH = '/api/node/waiting';
/** So long somebody new is waited for who does what a call is about: most changes take less. */
const WAIT_MS = 12_000;
const AGAIN_MS = 250;

export interface ForwardingSettings {
  key: Uint8Array;
  /** There is no other node, and never will be. */
  alone: boolean;
  waitMs?: number;
  lookMs?: number;
  fetch?: typeof fetch;
}

type Asker = Pick<Call, 'caller' | 'forwarded'>;

/** For what nodes ask of each other by themselves. */
const AS_NODE: Asker = {
  caller: { user: { id: 0, gid: 0, groups: [0] }, gids: [0], admin: true, rules: [] },
  forwarded: false,
};

export class Forwarding {
  readonly alone: boolean;
  /** Of what other nodes ask this one. */
  readonly proofs: NodeProofs;
  readonly #duties: Duties;
  readonly #parts: Pick<Parts, 'store' | 'clock' | 'log'>;
  readonly #sending: Sending;
  readonly #waitMs: number;

  constructor(parts: Pick<Parts, 'store' | 'clock' | 'log' | 'duties'>, settings: ForwardingSettings) {
    this.alone = settings.alone;
    this.proofs = new NodeProofs(parts, settings.key);
    this.#duties = parts.duties;
    this.#parts = parts;
    this.#waitMs = settings.waitMs ?? WAIT_MS;
    const { key, lookMs, fetch: how = fetch } = settings;
    this.#sending = { duties: parts.duties, key, clock: parts.clock, fetch: how, ...(lookMs && { lookMs }) };
  }

  get nodeId(): string {
    return this.#duties.nodeId;
  }

  async carryOut(name: string, method: Method, call: Call, params: readonly Value[]): Promise<Result> {
    if (this.alone) return method.run(call, params);
    const subject = subjectOf(name, params);
    if (subject.kind === 'everywhere' && !call.forwarded) return this.#everywhere(name, method, call, params);
    const duty = await dutyOf(this.#store, subject);
    if (duty !== undefined) {
      const request = requestOf({ method: name, params: [...params] });
      const there = await this.#elsewhere(duty, call, request, `${name} was asked for`);
      if (there) return answerOf(there);
    }
    return method.run(call, params);
  }

  /** The answer of the node that has the subject to a GET; undefined when it is this one, or nobody has to have it. */
  async answerTo(subject: Subject, call: Asker, path: string): Promise<Response | undefined> {
    if (this.alone) return undefined;
    const duty = await dutyOf(this.#store, subject);
    if (duty === undefined) return undefined;
    return this.#elsewhere(duty, call, { method: 'GET', path, body: '' }, `${path.split('?')[0]} was asked for`);
  }

  /** Whether a node that was asked by another one has the subject. */
  async hasSubject(subject: Subject): Promise<boolean> {
    const duty = await dutyOf(this.#store, subject);
    return duty === undefined || this.#duties.owns(duty);
  }

  /** Asks every other node; those that do not answer are left out, and named in the log. */
  async others(call: Asker, request: NodeRequest): Promise<Response[]> {
    if (this.alone || call.forwarded) return [];
    const nodes = (await this.#duties.nodes()).filter(({ id }) => id !== this.nodeId);
    const answers = await Promise.all(
      nodes.map(async (node) => {
        try {
          return [await send(this.#sending, node, request, whomOf(call.caller))];
        } catch (error) {
          this.#parts.log.warn({ node: node.name, reason: reasonOf(error) }, 'a control node did not tell its part');
          return [];
        }
      }),
    );
    return answers.flat();
  }

  /** Backups that want to begin at other nodes. */
  async waitingElsewhere(): Promise<WaitingBackup[]> {
    const answers = await this.others(AS_NODE, { method: 'GET', path: WAITING_PATH, body: '' });
    return (await Promise.all(answers.map((answer) => answer.json() as Promise<WaitingBackup[]>))).flat();
  }

  get #store(): Store {
    return this.#parts.store;
  }

  /** Undefined when this node has the duty. Waits a while for a node that has it and answers. */
  async #elsewhere(duty: Duty, call: Asker, request: NodeRequest, what: string): Promise<Response | undefined> {
    const end = performance.now() + this.#waitMs;
    for (;;) {
      if (this.#duties.owns(duty)) return undefined;
      if (call.forwarded) throw new NotReached(CODE.ACTION, `It has no ${duty}.`, { retry: true });
      let why = 'no control node has it now';
      const owner = await this.#duties.ownerOf(duty);
      if (owner && !owner.mine) {
        try {
          return await send(this.#sending, owner, request, whomOf(call.caller));
        } catch (error) {
          if (!(error instanceof NotReached)) throw error;
          why = error.message;
        }
      }
      if (performance.now() >= end) throw nobody(duty, what, why, owner);
      await sleep(AGAIN_MS);
    }
  }

  async #everywhere(name: string, method: Method, call: Call, params: readonly Value[]): Promise<Result> {
    const own = await textOf(await method.run(call, params));
    const documents = [own];
    for (const response of await this.others(call, requestOf({ method: name, params: [...params] }))) {
      documents.push(await textOf(await answerOf(response)));
    }
    return together(documents);
  }
}

function nobody(duty: Duty, what: string, why: string, owner: NodeInfo | undefined): OneError {
  const at = owner ? ` of control node ${owner.name}` : '';
  return new OneError(CODE.ACTION, `${what}, which is the work${at} that has ${duty.replace(':', ' ')}: ${why}`, {
    retry: true,
    hint: 'What a node that is gone has left is taken over within half a minute; try again.',
  });
}

function requestOf(call: NodeCall): NodeRequest {
  return { method: 'POST', path: CALL_PATH, body: JSON.stringify(call) };
}

/** Who asks, as another node finds her again: a token may have narrowed her to one group. */
function whomOf({ user, gids }: Caller): ForWhom {
  const narrowed = gids.length < new Set([user.gid, ...user.groups]).size;
  return { uid: user.id, egid: narrowed ? (gids[0] ?? -1) : -1 };
}

async function answerOf(response: Response): Promise<Result> {
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    return resultOf((await response.json()) as NodeAnswer);
  }
  return piecesOf(response);
}

async function* piecesOf(response: Response): AsyncGenerator<string, void, undefined> {
  const text = new TextDecoder();
  for await (const bytes of response.body ?? []) yield text.decode(bytes as Uint8Array, { stream: true });
  yield text.decode();
}

async function textOf(result: Result): Promise<string> {
  if (typeof result !== 'object') return String(result);
  const pieces: string[] = [];
  for await (const piece of result) pieces.push(piece);
  return pieces.join('');
}
