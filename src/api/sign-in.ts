// Signing in on pages of somebody else: what is offered, the way there and the way back. Whoever is let in has the same session as with a
// password; whoever is not is told why on the page for signing in.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CODE, OneError } from '../model/errors.ts';
import type { RedirectDriver } from '../sign-in/redirect-driver.ts';
import { audited, type Asked } from './audited.ts';
import { cookieOf, setCookie } from './cookie.ts';
import type { Services } from './method.ts';
import { newSession } from './new-session.ts';
import {
  failedWith,
  openedState,
  placeOf,
  sealedState,
  SIGN_IN_COOKIE,
  SIGN_IN_PATH,
  type SignInState,
} from './sign-in-cookie.ts';
import { signedInElsewhere } from './signed-in-elsewhere.ts';

/** For so long somebody may be away. */
const AWAY_SEC = 600;
/** Until then the page has asked why it failed. */
const TOLD_SEC = 60;

/** Who lets people in elsewhere, and what the cookies of those who are away are sealed with. */
export interface Elsewhere {
  driver: RedirectDriver;
  key: Uint8Array;
}

export function signInRoutes(server: FastifyInstance, services: Services): void {
  const { elsewhere } = services;
  if (!elsewhere) {
    server.get(SIGN_IN_PATH, async (_request, reply) => noStore(reply).send({ elsewhere: [] }));
    return;
  }
  const routes = new SignInRoutes(services, elsewhere);
  server.get(SIGN_IN_PATH, (request, reply) => routes.offered(request, reply));
  server.get(routes.start, (request, reply) => routes.leave(request, reply));
  server.get(elsewhere.driver.back, (request, reply) => routes.comeBack(request, reply));
}

class SignInRoutes {
  readonly start: string;
  readonly #services: Services;
  readonly #driver: RedirectDriver;
  readonly #key: Uint8Array;

  constructor(services: Services, { driver, key }: Elsewhere) {
    this.#services = services;
    this.#driver = driver;
    this.#key = key;
    this.start = `${SIGN_IN_PATH}/${driver.authDriver}`;
  }

  /** Once it has told what failed, it has forgotten it. */
  async offered(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const state = this.#stateOf(request);
    const failed = state && 'failed' in state ? state.failed : undefined;
    if (failed) reply.header('set-cookie', this.#cookie(request, '', 0));
    return noStore(reply).send({
      elsewhere: [{ name: this.#driver.name, path: this.start }],
      ...(failed && { failed }),
    });
  }

  async leave(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#services.rateLimit?.address(request.ip);
    const to = placeOf((request.query as { to?: unknown }).to);
    try {
      const { to: address, kept } = await this.#driver.begin();
      reply.header('set-cookie', this.#keep(request, { away: { kept, to } }, AWAY_SEC));
      return await noStore(reply).redirect(address, 303);
    } catch (error) {
      return this.#failed(request, reply, { error, to });
    }
  }

  async comeBack(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#services.rateLimit?.address(request.ip);
    const state = this.#stateOf(request);
    const away = state && 'away' in state ? state.away : undefined;
    try {
      if (!away) throw nobodyAway();
      const asked: Asked = {
        ...{ method: 'session.begin', params: [], from: request.ip },
        session: { by: this.#driver.authDriver },
      };
      const { cookie } = await audited(this.#services, asked, async (known) => {
        const person = await this.#driver.finish(queryOf(request), away.kept);
        const user = await signedInElsewhere(this.#services.parts.store, this.#driver, person);
        await known(user);
        return newSession(this.#services, { user, egid: -1 }, request);
      });
      reply.header('set-cookie', [cookie, this.#cookie(request, '', 0)]);
      return await noStore(reply).redirect(away.to, 303);
    } catch (error) {
      return this.#failed(request, reply, { error, to: away?.to ?? '/' });
    }
  }

  #failed(request: FastifyRequest, reply: FastifyReply, { error, to }: { error: unknown; to: string }): FastifyReply {
    const { log } = this.#services.parts;
    if (error instanceof OneError) log.warn({ why: error.message, from: request.ip }, 'nobody was signed in');
    else log.error({ err: error }, 'a sign-in failed unexpectedly');
    const told = failedWith(error instanceof OneError ? error : unexpected());
    reply.header('set-cookie', this.#keep(request, told, TOLD_SEC));
    return noStore(reply).redirect(to === '/' ? '/login' : `/login?to=${encodeURIComponent(to)}`, 303);
  }

  #stateOf(request: FastifyRequest): SignInState | undefined {
    return openedState(this.#key, cookieOf(request.headers.cookie, SIGN_IN_COOKIE), this.#services.parts.clock());
  }

  #keep(request: FastifyRequest, state: SignInState, seconds: number): string {
    const untilMs = this.#services.parts.clock() + seconds * 1000;
    return this.#cookie(request, sealedState(this.#key, state, untilMs), seconds);
  }

  /** It must come along when another site sends the browser back here. */
  #cookie({ protocol }: FastifyRequest, value: string, seconds: number): string {
    const secure = protocol === 'https';
    return setCookie({ name: SIGN_IN_COOKIE, value, seconds, secure, path: SIGN_IN_PATH, sameSite: 'Lax' });
  }
}

function queryOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at);
}

function noStore(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
}

function nobodyAway(): OneError {
  return new OneError(
    CODE.AUTHENTICATION,
    `No sign-in is under way in this browser, or it has taken more than ${AWAY_SEC / 60} minutes.`,
    { hint: 'Sign in once more. It must begin at the address that OIDC/PUBLIC_URL names, and cookies be allowed.' },
  );
}

function unexpected(): OneError {
  return new OneError(CODE.INTERNAL, 'Nobody was signed in: the daemon failed, and its log says why.');
}
