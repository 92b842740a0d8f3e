// LDAP and LDAP_GROUP of the configuration: the directory that knows passwords, how it is reached safely, and what its groups mean here. Pure.
import { field, type Vector } from '../model/attributes.ts';
import { LDAP_ENCRYPTIONS, type LdapEncryption, type LdapGroup, type LdapSettings } from '../model/sign-in-settings.ts';
import { absolute, bad, between, groupId, yesOrNo } from './value.ts';

export const LDAP_VECTORS: Record<string, string[]> = {
  LDAP: [
    ...['HOST', 'PORT', 'ENCRYPTION', 'CA_FILE', 'BASE', 'USER_FIELD', 'USER', 'PASSWORD_FILE'],
    ...['GROUP', 'GROUP_FIELD', 'USER_GROUP_FIELD', 'MAKE_USERS', 'TIMEOUT'],
  ],
  LDAP_GROUP: ['DN', 'GROUP'],
};
const PORTS: Record<LdapEncryption, number> = { NONE: 389, STARTTLS: 389, LDAPS: 636 };
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const DEFAULT_TIMEOUT_SEC = 10;
const MAX_TIMEOUT_SEC = 120;

/** Undefined when no directory is named. Throws a OneError that names the attribute, its value and what would be right. */
export function readLdap(all: readonly Vector[], groups: readonly Vector[]): LdapSettings | undefined {
  const [vector, second] = all;
  if (second) bad('LDAP', undefined, 'it is there twice; one directory is possible');
  if (!vector) {
    if (groups.length > 0) bad('LDAP_GROUP', undefined, 'it needs LDAP, the directory whose group it names');
    return undefined;
  }
  return {
    ...serverOf(vector),
    base: distinguished('LDAP/BASE', field(vector, 'BASE')),
    userField: attribute('LDAP/USER_FIELD', field(vector, 'USER_FIELD') ?? 'uid'),
    group: field(vector, 'GROUP') === undefined ? undefined : distinguished('LDAP/GROUP', field(vector, 'GROUP')),
    groupField: attribute('LDAP/GROUP_FIELD', field(vector, 'GROUP_FIELD') ?? 'member'),
    userGroupField: attribute('LDAP/USER_GROUP_FIELD', field(vector, 'USER_GROUP_FIELD') ?? 'dn'),
    account: accountOf(vector),
    makeUsers: yesOrNo('LDAP/MAKE_USERS', field(vector, 'MAKE_USERS') ?? 'NO'),
    groups: groups.map(groupOf),
  };
}

type Server = Pick<LdapSettings, 'host' | 'port' | 'encryption' | 'caFile' | 'timeoutSec'>;

function serverOf(vector: Vector): Server {
  const host = field(vector, 'HOST');
  if (host === undefined) bad('LDAP', undefined, 'it names no server; it must hold HOST');
  if (!/^[\w.:-]+$/.test(host)) bad('LDAP/HOST', host, 'it must be a host name or an address, the port goes into PORT');
  const encryption = encryptionOf(field(vector, 'ENCRYPTION') ?? 'LDAPS');
  if (encryption === 'NONE' && !LOOPBACK.test(host)) {
    bad('LDAP/ENCRYPTION', 'NONE', `it must be STARTTLS or LDAPS, or passwords would go to ${host} for all to read`);
  }
  const ca = field(vector, 'CA_FILE');
  if (ca !== undefined && encryption === 'NONE') bad('LDAP/CA_FILE', ca, 'it needs ENCRYPTION STARTTLS or LDAPS');
  return {
    ...{ host, encryption },
    port: between('LDAP/PORT', field(vector, 'PORT'), PORTS[encryption], 65535, 'a port from 1 to 65535'),
    caFile: ca === undefined ? undefined : absolute('LDAP/CA_FILE', ca),
    timeoutSec: between(
      ...(['LDAP/TIMEOUT', field(vector, 'TIMEOUT'), DEFAULT_TIMEOUT_SEC, MAX_TIMEOUT_SEC] as const),
      `a number of seconds from 1 to ${MAX_TIMEOUT_SEC}`,
    ),
  };
}

function encryptionOf(given: string): LdapEncryption {
  const right = `it must be one of ${LDAP_ENCRYPTIONS.join(', ')}`;
  return LDAP_ENCRYPTIONS.find((known) => known === given.toUpperCase()) ?? bad('LDAP/ENCRYPTION', given, right);
}

function accountOf(vector: Vector): LdapSettings['account'] {
  const [user, passwordFile] = [field(vector, 'USER'), field(vector, 'PASSWORD_FILE')];
  if (user === undefined && passwordFile === undefined) return undefined;
  if (passwordFile === undefined) bad('LDAP/USER', user, 'it needs PASSWORD_FILE, the file that holds the password');
  if (user === undefined) bad('LDAP/PASSWORD_FILE', passwordFile, 'it needs USER, the DN whose password it holds');
  return { dn: distinguished('LDAP/USER', user), passwordFile: absolute('LDAP/PASSWORD_FILE', passwordFile) };
}

function groupOf(vector: Vector): LdapGroup {
  const dn = distinguished('LDAP_GROUP/DN', field(vector, 'DN'));
  return { dn, gid: groupId('LDAP_GROUP/GROUP', field(vector, 'GROUP')) };
}

function distinguished(name: string, given: string | undefined): string {
  const right = 'it must be a DN such as ou=people,dc=example,dc=org';
  if (given === undefined || !/^[\w.-]+\s*=/.test(given)) bad(name, given, right);
  return given;
}

function attribute(name: string, given: string): string {
  if (!/^[a-zA-Z][\w;-]*$/.test(given)) bad(name, given, 'it must be the name of an attribute, such as uid');
  return given;
}
