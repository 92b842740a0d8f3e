// An OpenID Connect provider of a test's own: oidc-provider on the loopback interface, where whoever the test names is signed in without being
// asked. What it answers can be changed on its way.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import { planted } from '../planted/secret.ts';

export const CLIENT_ID = 'onevault';

/** Of all providers: it takes a while to make one. */
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

export interface ProviderOptions {
  redirectUri: string;
  /** Whether the token says all that the scopes allow; otherwise that is told to whoever asks with it. */
  claimsInToken?: boolean;
  clientAuth?: 'client_secret_basic' | 'client_secret_post' | 'none';
}

export interface Account {
  sub: string;
  [claim: string]: unknown;
}

type Claims = Record<string, unknown>;

export class OidcProvider {
  readonly issuer: string;
  readonly secret = planted('-of-the-client');
  /** Who signs in next; undefined: she refuses. */
  account: Account | undefined = { sub: '1', preferred_username: 'ann' };
  /** What becomes of tokens before they are sent: claims to be signed, a key to sign them with; another token altogether. */
  tamper: ((claims: Claims, token: string) => { claims: Claims; key?: KeyObject } | { token: string }) | undefined;
  /** It hangs up on whoever asks. */
  down = false;
  /** Paths that were asked for, without what stands behind ?. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #provider: Provider;

  private constructor(server: Server, options: ProviderOptions) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#provider = this.#make(options);
    const answer = this.#provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const path = new URL(request.url ?? '/', this.issuer).pathname;
      this.asked.push(path);
      if (this.down) request.socket.destroy();
      else if (path.startsWith('/interaction/')) void this.#interact(request, response);
      else void answer(request, response);
    });
  }

  static async open(options: ProviderOptions): Promise<OidcProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new OidcProvider(server, options);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #make({ redirectUri, claimsInToken = false, clientAuth = 'client_secret_basic' }: ProviderOptions): Provider {
    const provider: Provider = new Provider(this.issuer, {
      adapter: adapterOf(new Map()),
      clients: [
        {
          ...{ client_id: CLIENT_ID, redirect_uris: [redirectUri], token_endpoint_auth_method: clientAuth },
          ...(clientAuth !== 'none' && { client_secret: this.secret }),
        },
      ],
      jwks: { keys: [{ ...KEY.export({ format: 'jwk' }), kid: 'of-the-test', use: 'sig', alg: 'RS256' }] },
      cookies: { keys: ['of the test'] },
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: !claimsInToken,
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      findAccount: (_context, sub) => ({ accountId: sub, claims: () => this.account ?? { sub } }),
      loadExistingGrant: async ({ oidc }) => {
        const grant = new provider.Grant({ clientId: CLIENT_ID, accountId: oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
    provider.use(async (context, next) => {
      await next();
      const body = context.body as { id_token?: string } | undefined;
      if (context.path === '/token' && body?.id_token !== undefined) body.id_token = this.#tampered(body.id_token);
    });
    return provider;
  }

  /** Whoever is there signs in, or refuses; a session that is there from before is of no use. */
  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const result = this.account
      ? { login: { accountId: this.account.sub, remember: false } }
      : { error: 'access_denied', error_description: 'Nobody wanted to\u00a0sign in. <b>Really</b>' };
    await this.#provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  #tampered(token: string): string {
    const [head = '', claims = ''] = token.split('.');
    const to = this.tamper?.(JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims, token);
    if (!to) return token;
    if ('token' in to) return to.token;
    const signed = `${head}.${encoded(to.claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), to.key ?? KEY).toString('base64url')}`;
  }
}

/** A token that nobody has signed, and that says so. */
export function unsigned(claims: Claims): string {
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims)}.`;
}

function encoded(part: Claims): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Its own one in memory says in the log that it is for development, and is one for all providers. */
function adapterOf(kept: Map<string, AdapterPayload>): (model: string) => Adapter {
  return (model) => {
    const found = async (wanted: (key: string, payload: AdapterPayload) => boolean) =>
      [...kept].find(([key, payload]) => key.startsWith(`${model}:`) && wanted(key, payload))?.[1];
    return {
      upsert: async (id, payload) => void kept.set(`${model}:${id}`, payload),
      find: async (id) => kept.get(`${model}:${id}`),
      findByUid: (uid) => found((_key, payload) => payload.uid === uid),
      findByUserCode: (code) => found((_key, payload) => payload.userCode === code),
      destroy: async (id) => void kept.delete(`${model}:${id}`),
      consume: async (id) => {
        const payload = kept.get(`${model}:${id}`);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key);
      },
    };
  };
}
