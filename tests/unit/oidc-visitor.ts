// A browser that signs in with OpenID Connect: it goes where it is sent, to the daemon or to the provider, and keeps the cookies of each.
import type { FastifyInstance } from 'fastify';

export const PUBLIC_URL = 'https://vault.example.org';
/** Before the daemon is a web server with TLS, on this machine. */
const BEHIND_TLS = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };

export interface Answer {
  status: number;
  location: string | undefined;
  cookies: string[];
  body: string;
}

export interface SignIn {
  elsewhere: Array<{ name: string; path: string }>;
  failed?: { message: string; hint: string };
}

export class Visitor {
  readonly #server: FastifyInstance;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(server: FastifyInstance) {
    this.#server = server;
  }

  /** Where the provider would send the browser back to; `changed` is what becomes of the address that it is sent to first. */
  async away(to = '/', changed: (url: URL) => void = () => undefined): Promise<URL> {
    const left = await this.get(`${PUBLIC_URL}/api/sign-in/oidc?to=${encodeURIComponent(to)}`);
    let at = new URL(left.location ?? '', PUBLIC_URL);
    if (at.origin !== PUBLIC_URL) changed(at);
    for (let hop = 0; at.origin !== PUBLIC_URL; hop++) {
      const { location, status, body } = await this.get(at.href);
      if (location === undefined || hop === 10) throw new Error(`${at.href} answered ${status}: ${body}`);
      at = new URL(location, at);
    }
    return at;
  }

  /** All the way there and back. */
  async signIn(to?: string): Promise<Answer> {
    return this.get((await this.away(to)).href);
  }

  async get(url: string): Promise<Answer> {
    const { origin } = new URL(url);
    const cookie = [...this.jar(origin)].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = cookie === '' ? {} : { cookie };
    const answer = origin === PUBLIC_URL ? await this.#ask(url, headers) : await fetched(url, headers);
    for (const set of answer.cookies) this.#keep(origin, set);
    return answer;
  }

  /** What the page for signing in is told. */
  async signInPage(): Promise<SignIn> {
    return JSON.parse((await this.get(`${PUBLIC_URL}/api/sign-in`)).body) as SignIn;
  }

  /** Who is signed in, undefined for nobody. */
  async user(): Promise<{ name: string; gids: number[] } | undefined> {
    const { status, body } = await this.get(`${PUBLIC_URL}/api/session`);
    return status === 200 ? (JSON.parse(body) as { user: { name: string; gids: number[] } }).user : undefined;
  }

  jar(origin = PUBLIC_URL): Map<string, string> {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    return jar;
  }

  async #ask(url: string, headers: Record<string, string>): Promise<Answer> {
    const {
      statusCode,
      headers: told,
      body,
    } = await this.#server.inject({
      url: url.slice(PUBLIC_URL.length),
      headers: { ...headers, ...BEHIND_TLS, host: new URL(PUBLIC_URL).host },
    });
    const set = told['set-cookie'] ?? [];
    return { status: statusCode, location: told.location, cookies: typeof set === 'string' ? [set] : set, body };
  }

  #keep(origin: string, set: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
    if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(set)) this.jar(origin).delete(name);
    else this.jar(origin).set(name, value);
  }
}

async function fetched(url: string, headers: Record<string, string>): Promise<Answer> {
  const reply = await fetch(url, { headers, redirect: 'manual' });
  const location = reply.headers.get('location') ?? undefined;
  return { status: reply.status, location, cookies: reply.headers.getSetCookie(), body: await reply.text() };
}
