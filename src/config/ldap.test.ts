import { expect, it } from 'vitest';
import { makeConfig } from '../config.ts';
import { parseTemplate } from '../wire/template-text.ts';

const GOOD = 'HOST="ldap.example.org", BASE="dc=example,dc=org"';
const read = (text: string) => makeConfig(parseTemplate(text), {}, {}).signIn?.ldap;

it('is not asked unless it is named', () => {
  expect(read('')).toBeUndefined();
});

it('reads a directory, with TLS unless told otherwise', () => {
  expect(read(`LDAP=[ ${GOOD} ]`)).toMatchObject({
    ...{ host: 'ldap.example.org', port: 636, encryption: 'LDAPS', caFile: undefined, account: undefined },
    ...{ userField: 'uid', groupField: 'member', userGroupField: 'dn', makeUsers: false, groups: [], timeoutSec: 10 },
  });
});

it('reads all of it', () => {
  const more =
    'ENCRYPTION="starttls", CA_FILE="/ca.pem", USER="cn=svc,dc=example", PASSWORD_FILE="/secret", MAKE_USERS="yes"';
  const groups = 'LDAP_GROUP=[ DN="cn=a,dc=x", GROUP="100" ]\nLDAP_GROUP=[ DN="cn=b,dc=x", GROUP="0" ]';
  expect(read(`LDAP=[ ${GOOD}, ${more}, GROUP="cn=staff,dc=example" ]\n${groups}`)).toMatchObject({
    ...{ port: 389, encryption: 'STARTTLS', caFile: '/ca.pem', makeUsers: true, group: 'cn=staff,dc=example' },
    account: { dn: 'cn=svc,dc=example', passwordFile: '/secret' },
    groups: [
      { dn: 'cn=a,dc=x', gid: 100 },
      { dn: 'cn=b,dc=x', gid: 0 },
    ],
  });
});

it.each([
  ['LDAP=[ BASE="dc=x" ]', /LDAP is not right: it names no server/],
  ['LDAP=[ HOST="ldap.example.org" ]', /LDAP\/BASE is not right: it must be a DN/],
  [
    `LDAP=[ ${GOOD}, ENCRYPTION="SSL" ]`,
    /LDAP\/ENCRYPTION="SSL" is not right: it must be one of NONE, STARTTLS, LDAPS/,
  ],
  [`LDAP=[ ${GOOD}, ENCRYPTION="NONE" ]`, /LDAP\/ENCRYPTION="NONE" .* for all to read/],
  [`LDAP=[ ${GOOD}, PORT="0" ]`, /LDAP\/PORT="0" .* a port from 1 to 65535/],
  [`LDAP=[ ${GOOD}, TIMEOUT="0" ]`, /LDAP\/TIMEOUT="0"/],
  [`LDAP=[ ${GOOD}, USER="cn=x" ]`, /LDAP\/USER="cn=x" .* needs PASSWORD_FILE/],
  [`LDAP=[ ${GOOD}, PASSWORD_FILE="/x" ]`, /LDAP\/PASSWORD_FILE="\/x" .* needs USER/],
  [`LDAP=[ ${GOOD}, PASSWORD="secret" ]`, /LDAP\/PASSWORD is not right: it is not known/],
  [`LDAP=[ ${GOOD}, USER_FIELD="uid=*)(" ]`, /LDAP\/USER_FIELD="uid=\*\)\("/],
  [`LDAP=[ ${GOOD}, MAKE_USERS="maybe" ]`, /LDAP\/MAKE_USERS="maybe" .* YES or NO/],
  [`LDAP=[ ${GOOD}, CA_FILE="ca.pem" ]`, /LDAP\/CA_FILE="ca.pem" .* absolute path/],
  [`LDAP=[ ${GOOD} ]\nLDAP=[ ${GOOD} ]`, /LDAP is not right: it is there twice/],
  ['LDAP_GROUP=[ DN="cn=x", GROUP="1" ]', /LDAP_GROUP is not right: it needs LDAP/],
  [`LDAP=[ ${GOOD} ]\nLDAP_GROUP=[ DN="cn=x", GROUP="users" ]`, /LDAP_GROUP\/GROUP="users" .* id of a group/],
])('%s is refused', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
