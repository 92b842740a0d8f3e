// XML-RPC as OpenNebula speaks it: every error of ours becomes its five-element failure, every breach of the protocol a fault.
import { reasonOf, OneError, CODE } from '../model/errors.ts';
import { FAULT, formatFailure, formatFault, formatSuccess, parseCall, XmlRpcFault } from '../wire/xmlrpc.ts';
import type { Method, Services } from './method.ts';
import { METHODS } from './methods/all.ts';
import type { Sessions } from './session.ts';

/** Answers the body of one call with the body of its reply; never throws. */
export async function answer(body: string, services: Services, sessions: Sessions): Promise<string> {
  let name = '';
  try {
    const call = parseCall(body);
    name = call.method;
    const method = methodOf(name);
    const [session, ...params] = call.params;
    if (typeof session !== 'string') throw new XmlRpcFault(FAULT.TYPE, 'Parameter 0 must be the session, a string.');
    const user = await sessions.user(session);
    return formatSuccess(await method.run({ ...services, user }, params));
  } catch (error) {
    if (error instanceof XmlRpcFault) return formatFault(error.code, error.message);
    return failure(name, error, services);
  }
}

function methodOf(name: string): Method {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method) return method;
  throw new XmlRpcFault(FAULT.NO_SUCH_METHOD, `Method '${name}' not defined`);
}

function failure(name: string, error: unknown, { parts }: Services): string {
  const known = error instanceof OneError;
  if (!known) parts.log.error({ method: name, err: error }, 'a method failed unexpectedly');
  const message = `[${name}] ${reasonOf(error)}`;
  return formatFailure(message, known ? error.code : CODE.INTERNAL, known ? error.objectId : -1);
}
