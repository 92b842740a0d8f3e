// Signing in to the console and out of it. A session is a login token of the user: it ends when she signs out, when her password changes,
// or when somebody revokes it. Guessing is slowed as everywhere.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { withoutToken } from '../access/token.ts';
import type { Caller } from '../access/authorize.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import { audited, type Asked } from './audited.ts';
import { cookieSession, csrfOf, isUnattended, sessionOf, whoOf } from './http-session.ts';
import { mayCall } from './may.ts';
import type { Services } from './method.ts';
import { METHODS } from './methods/all.ts';
import { newSession, sessionCookie } from './new-session.ts';
import type { Sessions } from './session.ts';

interface Who {
  user: User;
  caller: Caller;
}

export function sessionRoutes(server: FastifyInstance, services: Services, sessions: Sessions): void {
  const { store } = services.parts;

  server.post('/api/session', async (request, reply) => {
    services.rateLimit?.address(request.ip);
    const { user: name, password } = credentials(request.body);
    const asked: Asked = { method: 'session.begin', params: [], session: `${name}:${password}`, from: request.ip };
    const { user, caller, session, cookie } = await audited(services, asked, async (known) => {
      const who = await sessions.caller(`${name}:${password}`, '', (user) => void (asked.user = user));
      await known(who.user);
      // who signs in with a token that is for one group has no more than that group here either
      const { gids } = who.caller;
      const egid = gids.length === 1 && who.user.groups.length > 1 ? (gids[0] ?? -1) : -1;
      return { ...who, ...(await newSession(services, { user: who.user, egid }, request)) };
    });
    await reply.header('set-cookie', cookie).send(told(session, { user, caller }));
  });

  server.get('/api/session', async (request, reply) => {
    const session = cookieSession(request);
    if (session === '') throw new OneError(CODE.AUTHENTICATION, 'Nobody is signed in.');
    const who = await sessions.signedIn(session);
    if (!isUnattended(request)) await sessions.used(who.user, session);
    return noStore(reply).send(told(session, who));
  });

  server.delete('/api/session', async (request, reply) => {
    const session = cookieSession(request);
    const asked: Asked = { method: 'session.end', params: [], session: sessionOf(request), from: request.ip };
    await audited(services, asked, async (known) => {
      const { user } = await whoOf(
        request,
        sessionOf(request),
        sessions,
        'DELETE /api/session',
        (user) => void (asked.user = user),
      );
      await known(user);
      const token = session.slice(session.indexOf(':') + 1);
      await store.users.update(user.id, (record) => void (record.tokens = withoutToken(record.tokens, token)));
    });
    await reply
      .header('set-cookie', sessionCookie(request, '', 0))
      .status(204)
      .send();
  });
}

function told(session: string, { user, caller }: Who): object {
  const { id, name, gid } = user;
  const may = mayCall(caller, Object.keys(METHODS));
  return { csrf: csrfOf(session), user: { id, name, admin: caller.admin, gid, gids: caller.gids, may } };
}

function noStore(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store');
}

function credentials(body: unknown): { user: string; password: string } {
  const given = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const { user, password } = given;
  if (typeof user === 'string' && typeof password === 'string') return { user, password };
  throw new OneError(CODE.XML_RPC_API, 'The body must be an object with the texts user and password.');
}
