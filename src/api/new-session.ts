// A session of the console begins, however its user became known: a login token of hers, in a cookie that scripts cannot read.
import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { makeToken, TOKEN_BYTES, withSession } from '../access/token.ts';
import { DEFAULT_SESSION_LIMITS } from '../model/session-limits.ts';
import type { User } from '../model/user.ts';
import { nowSec } from '../vm/parts.ts';
import { setCookie } from './cookie.ts';
import { SESSION_COOKIE } from './http-session.ts';
import type { Services } from './method.ts';

/** The session string, and the header that has the browser keep it. `egid` is the only group in effect, -1 for all of hers. */
export async function newSession(
  { parts, sessionLimits }: Pick<Services, 'parts' | 'sessionLimits'>,
  { user, egid }: { user: User; egid: number },
  request: FastifyRequest,
): Promise<{ session: string; cookie: string }> {
  const { store, clock } = parts;
  const { lifetimeSec: validSec } = sessionLimits ?? DEFAULT_SESSION_LIMITS;
  const token = makeToken(randomBytes(TOKEN_BYTES));
  await store.users.update(user.id, (record) => {
    record.tokens = withSession(record.tokens, { token, validSec, egid }, nowSec(clock));
  });
  const session = `${user.name}:${token}`;
  return { session, cookie: sessionCookie(request, Buffer.from(session).toString('base64url'), validSec) };
}

/** 0 seconds end it. */
export function sessionCookie({ protocol }: FastifyRequest, value: string, seconds: number): string {
  return setCookie({ name: SESSION_COOKIE, value, seconds, secure: protocol === 'https' });
}
