// Two control nodes in the test's process, on one store: each answers on a port of its own, and the test says which has what.
import type { FastifyInstance } from 'fastify';
import { nodeKey } from '../../src/api/forward-mac.ts';
import { Forwarding } from '../../src/api/forwarding.ts';
import type { Services } from '../../src/api/method.ts';
import { buildServer } from '../../src/api/server.ts';
import type { Tls } from '../../src/api/tls.ts';
import type { Duties } from '../../src/nodes/duties.ts';
import type { Duty, NodeInfo } from '../../src/nodes/duty.ts';
import { AllRuns } from '../../src/vm/all-runs.ts';
import { OperationLog } from '../../src/vm/operation-log.ts';
import { formatCall, parseResponse, type Value } from '../../src/wire/xmlrpc.ts';

export const KEY = nodeKey(Buffer.alloc(32, 7));

/** What all nodes agree on: who is there, and who has what. */
export class Agreement {
  readonly owners = new Map<Duty, string>();
  readonly there = new Map<string, NodeInfo>();

  /** As one node sees it. `believes` is what it thinks to own, whatever has been agreed. */
  seenBy(nodeId: string, believes: (duty: Duty) => boolean): Duties {
    return {
      nodeId,
      isShared: true,
      localName: undefined,
      standing: () => Promise.resolve([]),
      owns: believes,
      ownerOf: (duty) => {
        const node = this.there.get(this.owners.get(duty) ?? '');
        return Promise.resolve(node && { ...node, mine: node.id === nodeId });
      },
      nodes: () => Promise.resolve([...this.there.values()]),
      onChange: () => () => undefined,
      lost: new AbortController().signal,
      begin: () => Promise.resolve(),
      end: () => Promise.resolve(),
      tell: () => undefined,
      onTold: () => () => undefined,
    };
  }
}

export class TestNode {
  readonly services: Services;
  readonly #server: FastifyInstance;
  readonly #agreement: Agreement;
  url = '';
  /** It knows that it owns nothing. */
  hasLost = false;

  private constructor(agreement: Agreement, services: Services, tls?: Tls) {
    this.#agreement = agreement;
    this.services = services;
    this.#server = buildServer(services, [], tls);
  }

  static async open(
    agreement: Agreement,
    id: string,
    base: Services,
    own: Partial<Services> = {},
    waitMs = 1500,
    tls?: Tls,
  ): Promise<TestNode> {
    const duties = agreement.seenBy(id, (duty) => !node.hasLost && agreement.owners.get(duty) === id);
    const parts = { ...base.parts, duties };
    const operations = new OperationLog(parts.store, parts.clock, id, 50);
    const runs = new AllRuns(parts.store, operations, { alone: false, lookMs: 10, failed: () => undefined });
    const forwarding = new Forwarding(parts, { key: KEY, alone: false, waitMs, lookMs: 20 });
    const node: TestNode = new TestNode(agreement, { ...base, parts, operations, runs, forwarding, ...own }, tls);
    const address = await node.#server.listen({ host: '127.0.0.1', port: 0 });
    node.url = tls ? address.replace(/^http:/, 'https:') : address;
    const about = { name: id.toUpperCase(), url: `${node.url}/RPC2`, version: '0', leaseUntilMs: 0 };
    agreement.there.set(id, { id, ...about, ...(tls && { pin: tls.pin }) });
    return node;
  }

  /** It answers no more, but is still believed to be there. */
  die(): Promise<void> {
    return this.#server.close();
  }

  get agreement(): Agreement {
    return this.#agreement;
  }

  /** The reply's array. */
  async call(session: string, method: string, ...params: Value[]): Promise<Value[]> {
    const reply = await fetch(`${this.url}/RPC2`, { method: 'POST', body: formatCall(method, [session, ...params]) });
    return parseResponse(await reply.text());
  }

  get(session: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Basic ${Buffer.from(session).toString('base64')}`;
    return fetch(new URL(path, this.url), { headers: { authorization, ...headers } });
  }

  post(session: string, path: string, body: unknown): Promise<Response> {
    const headers = {
      authorization: `Basic ${Buffer.from(session).toString('base64')}`,
      'content-type': 'application/json',
    };
    return fetch(new URL(path, this.url), { method: 'POST', headers, body: JSON.stringify(body) });
  }
}
