// AUTH_DRIVER=oidc: the authorization code flow with PKCE, state and nonce at an OpenID Connect provider that tells its addresses itself. What comes
// back is checked by openid-client: state, issuer, audience, nonce, time and signature.
import { readFile } from 'node:fs/promises';
import * as oidc from 'openid-client';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import { isSafeUrl } from '../../model/safe-url.ts';
import type { OidcSettings } from '../../model/sign-in-settings.ts';
import { OIDC_DRIVER } from '../../model/user.ts';
import type { Kept, Person, RedirectDriver } from '../redirect-driver.ts';
import { asking } from './asked.ts';
import { isIncomplete, personOf, type Claims } from './claims.ts';
import { whyOf } from './failures.ts';

/** For so long what the provider tells of itself is believed. */
const KNOWN_MS = 3_600_000;

interface Known {
  provider: Promise<oidc.Configuration>;
  untilMs: number;
}

export class OidcRedirect implements RedirectDriver {
  readonly authDriver = OIDC_DRIVER;
  readonly name: string;
  readonly back = '/api/sign-in/oidc/back';
  readonly makesUsers: boolean;
  readonly #settings: OidcSettings;
  readonly #nowMs: () => number;
  #known: Known | undefined;

  constructor(settings: OidcSettings, nowMs: () => number) {
    this.#settings = settings;
    this.#nowMs = nowMs;
    this.name = settings.name;
    this.makesUsers = settings.makeUsers;
  }

  async begin(): Promise<{ to: string; kept: Kept }> {
    try {
      const provider = await this.#provider();
      const kept = {
        ...{ state: oidc.randomState(), nonce: oidc.randomNonce() },
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const to = oidc.buildAuthorizationUrl(provider, {
        ...{ redirect_uri: this.#backUrl, scope: this.#settings.scopes, state: kept.state, nonce: kept.nonce },
        ...{ code_challenge: await oidc.calculatePKCECodeChallenge(kept.verifier), code_challenge_method: 'S256' },
      });
      if (!isSafeUrl(to)) throw new Error(`it sends people to ${to.origin}, which is neither https nor this machine`);
      return { to: to.href, kept };
    } catch (error) {
      throw this.#cannot(error);
    }
  }

  async finish(query: string, { state, nonce, verifier }: Kept): Promise<Person> {
    try {
      const provider = await this.#provider();
      const tokens = await oidc.authorizationCodeGrant(provider, new URL(`${this.#backUrl}${query}`), {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
      });
      return personOf(await this.#claimsOf(provider, tokens), this.#settings);
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /** Those of the token; where they leave something out that is needed, also those that are told to whoever has it. */
  async #claimsOf(
    provider: oidc.Configuration,
    tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  ): Promise<Claims> {
    const claims = tokens.claims();
    if (!claims) throw new Error('it sent no token that says who signed in');
    if (!isIncomplete(claims, this.#settings) || provider.serverMetadata().userinfo_endpoint === undefined) {
      return claims;
    }
    return { ...(await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub)), ...claims };
  }

  get #backUrl(): string {
    return this.#settings.publicUrl + this.back;
  }

  /** Asked once for all who come at the same time, and again when that failed or is long ago. */
  #provider(): Promise<oidc.Configuration> {
    if (this.#known && this.#known.untilMs > this.#nowMs()) return this.#known.provider;
    const known: Known = { provider: this.#discover(), untilMs: this.#nowMs() + KNOWN_MS };
    this.#known = known;
    known.provider.catch(() => {
      // who asked is told; nobody else is to be told the same without another try
      if (this.#known === known) this.#known = undefined;
    });
    return known.provider;
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, caFile, timeoutSec } = this.#settings;
    const ca = caFile === undefined ? undefined : await fileOf('OIDC/CA_FILE', caFile);
    const server = new URL(issuer);
    return oidc.discovery(server, clientId, {}, await this.#clientAuth(), {
      [oidc.customFetch]: asking(ca),
      timeout: timeoutSec,
      execute: [oidc.enableNonRepudiationChecks, ...(server.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])],
    });
  }

  async #clientAuth(): Promise<oidc.ClientAuth> {
    const { clientSecretFile: file, clientAuth } = this.#settings;
    if (file === undefined) return oidc.None();
    const secret = (await fileOf('OIDC/CLIENT_SECRET_FILE', file)).replace(/\r?\n$/, '');
    if (secret === '') throw new OneError(CODE.AUTHENTICATION, `OIDC/CLIENT_SECRET_FILE ${file} is empty.`);
    return clientAuth === 'POST' ? oidc.ClientSecretPost(secret) : oidc.ClientSecretBasic(secret);
  }

  #cannot(error: unknown): OneError {
    return new OneError(
      CODE.AUTHENTICATION,
      `Signing in with ${this.name} is not possible: OpenID Connect at ${this.#settings.issuer}: ${whyOf(error)}.`,
      { retry: true, hint: 'Users with a password can sign in as always.' },
    );
  }

  #refused(error: unknown): OneError {
    if (error instanceof OneError) return error;
    this.#known = undefined; // its secret or its keys may have changed
    return new OneError(
      CODE.AUTHENTICATION,
      `Nobody was signed in with ${this.name}: OpenID Connect at ${this.#settings.issuer}: ${whyOf(error)}.`,
      { retry: true, hint: 'Sign in once more; an answer of the provider is good once.' },
    );
  }
}

async function fileOf(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OneError(CODE.AUTHENTICATION, `${name} cannot be read: ${reasonOf(error)}.`);
  }
}
