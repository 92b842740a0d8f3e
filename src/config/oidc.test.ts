import { expect, it } from 'vitest';
import { makeConfig } from '../config.ts';
import { parseTemplate } from '../wire/template-text.ts';

const GOOD = 'ISSUER="https://login.example.org", CLIENT_ID="onevault", PUBLIC_URL="https://vault.example.org/"';
const read = (text: string) => makeConfig(parseTemplate(text), {}, {}).signIn?.oidc;
const change = (name: string, value: string): string =>
  `OIDC=[ ${[...GOOD.split(', ').filter((each) => !each.startsWith(`${name}=`)), `${name}="${value}"`].join(', ')} ]`;

it('is not offered unless it is named', () => {
  expect(read('')).toBeUndefined();
});

it('reads a provider', () => {
  expect(read(`OIDC=[ ${GOOD} ]`)).toEqual({
    ...{ issuer: 'https://login.example.org', name: 'login.example.org', caFile: undefined, timeoutSec: 10 },
    ...{ clientId: 'onevault', clientSecretFile: undefined, clientAuth: 'BASIC', scopes: 'openid profile' },
    ...{ userClaim: 'preferred_username', groupsClaim: 'groups', group: undefined, makeUsers: false, groups: [] },
    publicUrl: 'https://vault.example.org',
  });
});

it('reads all of it', () => {
  const more = [
    'CLIENT_SECRET_FILE="/secret", CLIENT_AUTH="post", SCOPES="openid  email", USER_CLAIM="email"',
    'GROUPS_CLAIM="https://example.org/groups", GROUP="staff", MAKE_USERS="yes", NAME="Example AG", CA_FILE="/ca.pem"',
    'TIMEOUT="3"',
  ].join(', ');
  const groups = 'OIDC_GROUP=[ NAME="staff", GROUP="100" ]\nOIDC_GROUP=[ NAME="/vault/admins", GROUP="0" ]';
  expect(read(`OIDC=[ ${GOOD}, ${more} ]\n${groups}`)).toMatchObject({
    ...{ clientSecretFile: '/secret', clientAuth: 'POST', scopes: 'openid email', userClaim: 'email', timeoutSec: 3 },
    ...{ groupsClaim: 'https://example.org/groups', group: 'staff', makeUsers: true, name: 'Example AG' },
    caFile: '/ca.pem',
    groups: [
      { name: 'staff', gid: 100 },
      { name: '/vault/admins', gid: 0 },
    ],
  });
});

it.each(['http://localhost:8080/realms/x', 'http://127.0.0.1:1', 'http://[::1]:1/'])(
  'takes %s, which is on this machine',
  (issuer) => {
    expect(read(change('ISSUER', issuer))?.issuer).toBe(issuer);
  },
);

it.each([
  ['OIDC=[ CLIENT_ID="x" ]', /OIDC\/ISSUER is not right: it must be the https address/],
  [change('ISSUER', 'http://login.example.org'), /OIDC\/ISSUER="http:.* must be the https address/],
  [change('ISSUER', 'http://127.0.0.1.example.org'), /OIDC\/ISSUER=/],
  [change('ISSUER', 'https://a.example?x'), /OIDC\/ISSUER=/],
  [change('ISSUER', 'https://me@a.example'), /OIDC\/ISSUER=/],
  [change('ISSUER', 'https://a.example/.well-known/openid-configuration'), /OIDC\/ISSUER=.* without \/\.well-known\//],
  ['OIDC=[ ISSUER="https://a.example" ]', /OIDC\/CLIENT_ID is not right/],
  ['OIDC=[ ISSUER="https://a.example", CLIENT_ID="x" ]', /OIDC\/PUBLIC_URL is not right/],
  [change('PUBLIC_URL', 'http://vault.example.org'), /OIDC\/PUBLIC_URL="http:/],
  [change('PUBLIC_URL', 'https://vault.example.org/console'), /OIDC\/PUBLIC_URL=.* without a path/],
  [change('CLIENT_SECRET', 'planted'), /OIDC\/CLIENT_SECRET is not right: it is not known/],
  [change('CLIENT_SECRET_FILE', 'secret'), /OIDC\/CLIENT_SECRET_FILE="secret" .* absolute path/],
  [change('CLIENT_AUTH', 'POST'), /OIDC\/CLIENT_AUTH="POST" .* needs CLIENT_SECRET_FILE/],
  [
    `OIDC=[ ${GOOD}, CLIENT_SECRET_FILE="/x", CLIENT_AUTH="JWT" ]`,
    /OIDC\/CLIENT_AUTH="JWT" is not right: it must be one of BASIC, POST/,
  ],
  [change('GROUP', ''), /OIDC\/GROUP is not right: it must be a group as the provider names it/],
  [change('SCOPES', 'profile'), /OIDC\/SCOPES="profile" .* openid among them/],
  [change('USER_CLAIM', 'a b'), /OIDC\/USER_CLAIM="a b"/],
  [change('MAKE_USERS', 'maybe'), /OIDC\/MAKE_USERS="maybe" .* YES or NO/],
  [change('NAME', 'x'.repeat(61)), /OIDC\/NAME=.* 1 to 60 characters/],
  [change('TIMEOUT', '121'), /OIDC\/TIMEOUT="121"/],
  [`OIDC=[ ${GOOD} ]\nOIDC=[ ${GOOD} ]`, /OIDC is not right: it is there twice/],
  ['OIDC_GROUP=[ NAME="x", GROUP="1" ]', /OIDC_GROUP is not right: it needs OIDC/],
  [`OIDC=[ ${GOOD} ]\nOIDC_GROUP=[ NAME="x", GROUP="users" ]`, /OIDC_GROUP\/GROUP="users" .* id of a group/],
  [`OIDC=[ ${GOOD} ]\nOIDC_GROUP=[ GROUP="1" ]`, /OIDC_GROUP\/NAME is not right/],
])('%s is refused', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
