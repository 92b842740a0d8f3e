// POST /api/call/<method>: the methods of XML-RPC in JSON, with the same rights, errors and documents. Parameters are named.
import type { FastifyInstance } from 'fastify';
import { SCHEMA_OF_METHOD } from '../wire/schema/all.ts';
import { documentJson, type Json } from '../wire/document-json.ts';
import { FAULT, XmlRpcFault } from '../wire/xmlrpc.ts';
import { positional } from './arguments.ts';
import { audited, type Asked } from './audited.ts';
import { isUnattended, sessionOf, whoOf } from './http-session.ts';
import type { Method, Result, Services } from './method.ts';
import { METHODS } from './methods/all.ts';
import { parameterNames } from './parameters.ts';
import type { Sessions } from './session.ts';

/** Documents whose methods have no schema. */
const WITHOUT_SCHEMA = ['one.system.config'];

export function callRoutes(server: FastifyInstance, services: Services, sessions: Sessions): void {
  server.post<{ Params: { method: string } }>('/api/call/:method', async (request) => {
    const name = request.params.method;
    services.rateLimit?.address(request.ip);
    const session = sessionOf(request);
    const asked: Asked = { method: name, params: [], session, from: request.ip };
    const result = await audited(services, asked, async (known) => {
      const who = await whoOf(request, session, sessions, name, (user) => {
        asked.user = user;
        services.rateLimit?.user(user.id);
      });
      if (!isUnattended(request)) await sessions.used(who.user, session);
      const { method, names } = methodOf(name);
      const values = positional(name, method.params, names, request.body ?? {});
      await known(who.user, values);
      return services.forwarding.carryOut(name, method, { ...services, ...who, forwarded: false }, values);
    });
    return { result: await resultJson(name, result) };
  });
}

function methodOf(name: string): { method: Method; names: readonly string[] } {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  const names = parameterNames(name);
  if (method && names) return { method, names };
  throw new XmlRpcFault(FAULT.NO_SUCH_METHOD, `Method '${name.slice(0, 100)}' not defined`);
}

async function resultJson(name: string, result: Result): Promise<Json> {
  const whole = typeof result === 'object' ? await gathered(result) : result;
  const schema = SCHEMA_OF_METHOD[name.replace(/^one\./, '')];
  if (typeof whole !== 'string' || (schema === undefined && !WITHOUT_SCHEMA.includes(name))) return whole;
  return documentJson(whole, schema);
}

async function gathered(pieces: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.join('');
}
