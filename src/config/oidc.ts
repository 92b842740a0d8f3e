// OIDC and OIDC_GROUP of the configuration: the OpenID Connect provider that people are sent to, what OneVault is called there, and what its
// claims mean here. Pure.
import { field, type Vector } from '../model/attributes.ts';
import { isSafeUrl } from '../model/safe-url.ts';
import {
  OIDC_CLIENT_AUTHS,
  type OidcClientAuth,
  type OidcGroup,
  type OidcSettings,
} from '../model/sign-in-settings.ts';
import { absolute, bad, between, groupId, yesOrNo } from './value.ts';

export const OIDC_VECTORS: Record<string, string[]> = {
  OIDC: [
    ...['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET_FILE', 'CLIENT_AUTH', 'SCOPES', 'USER_CLAIM', 'GROUPS_CLAIM', 'GROUP'],
    ...['MAKE_USERS', 'NAME', 'PUBLIC_URL', 'CA_FILE', 'TIMEOUT'],
  ],
  OIDC_GROUP: ['NAME', 'GROUP'],
};
const DEFAULT_TIMEOUT_SEC = 10;
const MAX_TIMEOUT_SEC = 120;
const MAX_NAME = 60;

/** Undefined when no provider is named. Throws a OneError that names the attribute, its value and what would be right. */
export function readOidc(all: readonly Vector[], groups: readonly Vector[]): OidcSettings | undefined {
  const [vector, second] = all;
  if (second) bad('OIDC', undefined, 'it is there twice; one provider is possible');
  if (!vector) {
    if (groups.length > 0) bad('OIDC_GROUP', undefined, 'it needs OIDC, the provider whose group it names');
    return undefined;
  }
  return {
    ...providerOf(vector),
    ...clientOf(vector),
    userClaim: claim('OIDC/USER_CLAIM', field(vector, 'USER_CLAIM') ?? 'preferred_username'),
    groupsClaim: claim('OIDC/GROUPS_CLAIM', field(vector, 'GROUPS_CLAIM') ?? 'groups'),
    group: field(vector, 'GROUP') === undefined ? undefined : groupName('OIDC/GROUP', field(vector, 'GROUP')),
    makeUsers: yesOrNo('OIDC/MAKE_USERS', field(vector, 'MAKE_USERS') ?? 'NO'),
    publicUrl: originOf(field(vector, 'PUBLIC_URL')),
    groups: groups.map(groupOf),
  };
}

type Provider = Pick<OidcSettings, 'issuer' | 'name' | 'caFile' | 'timeoutSec'>;

function providerOf(vector: Vector): Provider {
  const issuer = issuerOf(field(vector, 'ISSUER'));
  const ca = field(vector, 'CA_FILE');
  if (ca !== undefined && issuer.protocol === 'http:') bad('OIDC/CA_FILE', ca, 'it needs an ISSUER that is https');
  return {
    issuer: field(vector, 'ISSUER') ?? '',
    name: nameOf(field(vector, 'NAME') ?? issuer.host),
    caFile: ca === undefined ? undefined : absolute('OIDC/CA_FILE', ca),
    timeoutSec: between(
      ...(['OIDC/TIMEOUT', field(vector, 'TIMEOUT'), DEFAULT_TIMEOUT_SEC, MAX_TIMEOUT_SEC] as const),
      `a number of seconds from 1 to ${MAX_TIMEOUT_SEC}`,
    ),
  };
}

type Client = Pick<OidcSettings, 'clientId' | 'clientSecretFile' | 'clientAuth' | 'scopes'>;

function clientOf(vector: Vector): Client {
  const clientId = given('OIDC/CLIENT_ID', field(vector, 'CLIENT_ID'), 'what the provider calls OneVault');
  const [file, auth] = [field(vector, 'CLIENT_SECRET_FILE'), field(vector, 'CLIENT_AUTH')];
  if (auth !== undefined && file === undefined) bad('OIDC/CLIENT_AUTH', auth, 'it needs CLIENT_SECRET_FILE');
  return {
    clientId,
    clientSecretFile: file === undefined ? undefined : absolute('OIDC/CLIENT_SECRET_FILE', file),
    clientAuth: clientAuthOf(auth ?? 'BASIC'),
    scopes: scopesOf(field(vector, 'SCOPES') ?? 'openid profile'),
  };
}

function clientAuthOf(given: string): OidcClientAuth {
  const right = `it must be one of ${OIDC_CLIENT_AUTHS.join(', ')}`;
  return OIDC_CLIENT_AUTHS.find((known) => known === given.toUpperCase()) ?? bad('OIDC/CLIENT_AUTH', given, right);
}

function issuerOf(given: string | undefined): URL {
  const right = 'it must be the https address of the provider, as it names itself, such as https://login.example.org';
  const url = addressOf(given);
  if (url === undefined || url.search + url.hash + url.username + url.password !== '') {
    bad('OIDC/ISSUER', given, right);
  }
  if (url.pathname.includes('/.well-known/')) bad('OIDC/ISSUER', given, `${right}, without /.well-known/ and the rest`);
  return url;
}

/** Where the console is: browsers come back to it with what the provider tells of them, and only over TLS. */
function originOf(given: string | undefined): string {
  const url = addressOf(given);
  if (url === undefined || url.href !== `${url.origin}/`) {
    bad(
      'OIDC/PUBLIC_URL',
      given,
      'it must be the https address of the console without a path, such as https://vault.example.org',
    );
  }
  return url.origin;
}

/** Undefined when it is none, or one that is neither https nor on this machine. */
function addressOf(given: string | undefined): URL | undefined {
  if (given === undefined || !URL.canParse(given)) return undefined;
  const url = new URL(given);
  return isSafeUrl(url) ? url : undefined;
}

function scopesOf(given: string): string {
  const scopes = given.split(/\s+/).filter((scope) => scope !== '');
  if (!scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) || !scopes.includes('openid')) {
    bad('OIDC/SCOPES', given, 'it must be scopes with spaces between them, openid among them');
  }
  return scopes.join(' ');
}

function groupOf(vector: Vector): OidcGroup {
  const name = groupName('OIDC_GROUP/NAME', field(vector, 'NAME'));
  return { name, gid: groupId('OIDC_GROUP/GROUP', field(vector, 'GROUP')) };
}

function groupName(name: string, value: string | undefined): string {
  return given(name, value, 'a group as the provider names it');
}

function given(name: string, value: string | undefined, what: string): string {
  return value === undefined || value === '' ? bad(name, undefined, `it must be ${what}`) : value;
}

function claim(name: string, given: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(given)) bad(name, given, 'it must be the name of a claim, such as email');
  return given;
}

function nameOf(given: string): string {
  if (given.length > MAX_NAME || !/^[^\p{Cc}]+$/u.test(given)) {
    bad('OIDC/NAME', given, `it must be 1 to ${MAX_NAME} characters in one line`);
  }
  return given;
}
