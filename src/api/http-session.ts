// Who asks for what is no XML-RPC: the session string `user:password` or `user:token` as Basic authorization, or the cookie of somebody who
// has signed in to the console. With a cookie, whatever is not just read must carry a word that other sites cannot know.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import { cookieOf } from './cookie.ts';
import { NodeProofs } from './forward-proof.ts';
import type { Call, Services } from './method.ts';
import type { Sessions, Who } from './session.ts';

export type Asking = Pick<Call, 'parts' | 'caller' | 'forwarded'>;

export const SESSION_COOKIE = 'onevault_session';
const CSRF_HEADER = 'x-onevault-csrf';

/** The session string, '' when there is none. Throws when a cookie comes without the word that belongs to it. */
export function sessionOf(request: FastifyRequest): string {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ');
  if (scheme === 'Basic' && encoded) return Buffer.from(encoded, 'base64').toString('utf8');
  const session = cookieSession(request);
  if (session !== '' && request.method !== 'GET') requireCsrf(request, session);
  return session;
}

/** Somebody herself, or another control node on her behalf. Throws OpenNebula's authentication error. */
export async function callerOf(
  request: FastifyRequest,
  sessions: Sessions,
  { parts, forwarding }: Services,
): Promise<Asking> {
  if (NodeProofs.has(request)) return { parts, ...(await forwarding.proofs.whoOf(request)) };
  return {
    parts,
    caller: (await whoOf(request, sessionOf(request), sessions, pageOf(request))).caller,
    forwarded: false,
  };
}

/** Who has sent a request with this session string, and asks for a method or a page. Throws OpenNebula's authentication error. */
export function whoOf(
  { headers }: FastifyRequest,
  session: string,
  sessions: Sessions,
  asked: string,
  known?: (user: User) => void,
): Promise<Who> {
  const isCookie = headers.authorization === undefined && session !== '';
  return isCookie ? sessions.signedIn(session, known) : sessions.caller(session, asked, known);
}

/** A page, as scopes of tokens name it. */
export function pageOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? ''}`;
}

/** The console says so of what it asks for by itself while nobody has touched it for a while. */
export function isUnattended({ headers }: FastifyRequest): boolean {
  return headers['x-onevault-unattended'] !== undefined;
}

export function cookieSession({ headers }: FastifyRequest): string {
  return Buffer.from(cookieOf(headers.cookie, SESSION_COOKIE) ?? '', 'base64url').toString('utf8');
}

/** It follows from the session, which no script and no other site can read. */
export function csrfOf(session: string): string {
  return createHash('sha256').update(`csrf of ${session}`).digest('base64url');
}

function requireCsrf({ headers }: FastifyRequest, session: string): void {
  const given = Buffer.from(String(headers[CSRF_HEADER] ?? ''));
  const wanted = Buffer.from(csrfOf(session));
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new OneError(
    CODE.AUTHORIZATION,
    `The request comes with a session's cookie, but without its word in the header ${CSRF_HEADER}.`,
    {
      hint: 'GET /api/session tells it.',
    },
  );
}
