// XML-RPC as OpenNebula speaks it: every error of ours becomes its five-element failure, every breach of the protocol a fault.
// A document that comes in pieces is sent as it is made; a short one in one piece, whose length is then known.
import { reasonOf, OneError, CODE } from '../model/errors.ts';
import { escapeDocument } from '../wire/xml-write.ts';
import {
  FAULT,
  formatFailure,
  formatFault,
  formatSuccess,
  parseCall,
  successFrame,
  XmlRpcFault,
} from '../wire/xmlrpc.ts';
import { audited, type Asked } from './audited.ts';
import type { Method, Result, Services } from './method.ts';
import { METHODS } from './methods/all.ts';
import { phrase } from './phrases.ts';
import type { Sessions } from './session.ts';

/** Documents up to this many characters are sent in one piece. */
const ONE_PIECE = 256 * 1024;

/** Answers the body of one call with the body of its reply; never throws, but a body in pieces may break off. */
export async function answer(
  body: string,
  services: Services,
  sessions: Sessions,
  from = '',
): Promise<string | AsyncIterable<string>> {
  let name = '';
  let uid = -1;
  try {
    countAddress(services, from, () => (name = nameIn(body)));
    const asked = parseCall(body);
    name = asked.method;
    const method = methodOf(name);
    const [session, ...params] = asked.params;
    if (typeof session !== 'string') throw new XmlRpcFault(FAULT.TYPE, 'Parameter 0 must be the session, a string.');
    const told: Asked = { method: name, params, session, from };
    const result = await audited(services, told, async (known) => {
      const who = await sessions.caller(session, name, (user) => {
        told.user = user;
        uid = user.id;
        services.rateLimit?.user(uid);
      });
      await known(who.user);
      return services.forwarding.carryOut(name, method, { ...services, ...who, forwarded: false }, params);
    });
    return await reply(result);
  } catch (error) {
    if (error instanceof XmlRpcFault) return formatFault(error.code, error.message);
    return failure(name, error, uid, services);
  }
}

/** Before the body is looked at, which is what takes time. */
function countAddress({ rateLimit }: Services, from: string, refused: () => void): void {
  try {
    rateLimit?.address(from);
  } catch (error) {
    refused();
    throw error;
  }
}

/** The method's name, for the error of a call that is not read. */
function nameIn(body: string): string {
  return /<methodName>\s*([\w.]{1,100})\s*</.exec(body.slice(0, 500))?.[1] ?? '';
}

function methodOf(name: string): Method {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method) return method;
  throw new XmlRpcFault(FAULT.NO_SUCH_METHOD, `Method '${name}' not defined`);
}

async function reply(result: Result): Promise<string | AsyncIterable<string>> {
  if (typeof result !== 'object') return formatSuccess(result);
  const pieces = result[Symbol.asyncIterator]();
  let head = '';
  while (head.length <= ONE_PIECE) {
    const next = await pieces.next();
    if (next.done) return formatSuccess(head);
    head += next.value;
  }
  return inPieces(head, { [Symbol.asyncIterator]: () => pieces });
}

async function* inPieces(head: string, rest: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  const [before, after] = successFrame();
  yield before + escapeDocument(head);
  for await (const piece of rest) yield escapeDocument(piece);
  yield after;
}

function failure(name: string, error: unknown, uid: number, { parts }: Services): string {
  const known = error instanceof OneError;
  if (!known) parts.log.error({ method: name, err: error }, 'a method failed unexpectedly');
  const code = known ? error.code : CODE.INTERNAL;
  const text = phrase(name, { code, message: reasonOf(error) }, uid);
  return formatFailure(`[${name}] ${text}`, code, known ? error.objectId : -1);
}
