// Who asks for what is no XML-RPC: the session string `user:password` or `user:token` as Basic authorization.
import type { FastifyRequest } from 'fastify';
import type { Call, Services } from './method.ts';
import type { Sessions } from './session.ts';

export type Asking = Pick<Call, 'parts' | 'caller'>;

export function sessionOf(request: FastifyRequest): string {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ');
  return scheme === 'Basic' && encoded ? Buffer.from(encoded, 'base64').toString('utf8') : '';
}

/** Throws OpenNebula's authentication error. */
export async function callerOf(request: FastifyRequest, sessions: Sessions, { parts }: Services): Promise<Asking> {
  return { parts, caller: (await sessions.caller(sessionOf(request))).caller };
}
