// An LDAP server of a test's own: Debian's slapd on the loopback interface, with a directory of files and a certificate that only the test
// trusts. It ends with the test, and nothing of it stays.
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run, start, type Running } from '../../src/exec/exec.ts';
import type { LdapSettings } from '../../src/model/sign-in-settings.ts';
import { planted } from '../planted/secret.ts';
import { freePort } from './sshd.ts';

const SLAPD = '/usr/sbin/slapd';
const START_MS = 60_000;
/** It listens there too, and its certificate does not say so. */
export const OTHER_ADDRESS = '127.0.0.2';
export const BASE = 'dc=example,dc=org';
export const STAFF = `cn=staff,${BASE}`;
export const BACKUP = `cn=backup,${BASE}`;

/** Whether it is installed; says so when not. */
export async function hasSlapd(): Promise<boolean> {
  const there = await access(SLAPD).then(
    () => true,
    () => false,
  );
  if (!there) console.log('skipped: tests of LDAP need slapd; scripts/setup.sh servers installs it');
  return there;
}

export class SlapdServer {
  readonly directory: string;
  readonly port: number;
  readonly tlsPort: number;
  /** Ann's, and of the account that looks users up. */
  readonly password = planted('-of-ann');
  readonly accountPassword = planted('-of-ldap-account');
  #server: Running | undefined;

  private constructor(directory: string, port: number, tlsPort: number) {
    this.directory = directory;
    this.port = port;
    this.tlsPort = tlsPort;
  }

  static async open(): Promise<SlapdServer> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-slapd-'));
    const server = new SlapdServer(directory, await freePort(), await freePort());
    try {
      await server.#prepare();
      await server.start();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  async start(): Promise<void> {
    const listen = ['127.0.0.1', OTHER_ADDRESS]
      .flatMap((address) => [`ldap://${address}:${this.port}`, `ldaps://${address}:${this.tlsPort}`])
      .join(' ');
    this.#server = start([SLAPD, '-d', '0', '-h', listen, '-f', this.#file('slapd.conf')], { dieWithParent: true });
    const until = Date.now() + START_MS;
    while (!(await answers(this.tlsPort))) {
      if (Date.now() > until) throw new Error('slapd did not start');
      await delay(20);
    }
  }

  async stop(): Promise<void> {
    this.#server?.kill('SIGTERM');
    await this.#server?.exit;
    this.#server = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** A directory that everybody may ask, over TLS with the right authority, unless `over` says otherwise. */
  settings(over: Partial<LdapSettings> = {}): LdapSettings {
    return {
      ...{ host: '127.0.0.1', port: this.tlsPort, encryption: 'LDAPS', caFile: this.caFile, base: BASE },
      ...{ userField: 'uid', group: undefined, groupField: 'member', userGroupField: 'dn' },
      ...{ account: { dn: `cn=account,${BASE}`, passwordFile: this.#file('account') } },
      ...{ makeUsers: false, groups: [], timeoutSec: 30, ...over },
    };
  }

  get caFile(): string {
    return this.#file('cert.pem');
  }

  #file(name: string): string {
    return join(this.directory, name);
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#file('data'));
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', this.#file('key.pem'), '-out', this.caFile];
    await run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files]);
    await writeFile(this.#file('account'), `${this.accountPassword}\n`, { mode: 0o600 });
    await writeFile(this.#file('slapd.conf'), configText(this.directory, this.caFile));
    await writeFile(this.#file('users.ldif'), usersText(this.password, this.accountPassword), { mode: 0o600 });
    await run(['/usr/sbin/slapadd', '-q', '-f', this.#file('slapd.conf'), '-l', this.#file('users.ldif')]);
    await rm(this.#file('users.ldif'));
  }
}

/** Only the account may look; who has no password yet may try one. Binds without a password are let in, as many directories do. */
function configText(directory: string, certificate: string): string {
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${directory}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
allow bind_anon_dn bind_anon_cred
TLSCertificateFile ${certificate}
TLSCertificateKeyFile ${directory}/key.pem
database mdb
suffix "${BASE}"
directory ${directory}/data
maxsize 10485760
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=account,${BASE}" read by * none
`;
}

function usersText(password: string, accountPassword: string): string {
  const person = (uid: string, secret: string): string =>
    `dn: uid=${uid},${BASE}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: ${uid}\nuserPassword: ${secret}\n`;
  const group = (dn: string, ...members: string[]): string =>
    `dn: ${dn}\nobjectClass: groupOfNames\n${members.map((uid) => `member: uid=${uid},${BASE}\n`).join('')}`;
  return [
    `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\n`,
    `dn: cn=account,${BASE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\nuserPassword: ${accountPassword}\n`,
    person('ann', password),
    person('bob', `${password}-bob`),
    group(STAFF, 'ann', 'bob'),
    group(BACKUP, 'ann'),
  ].join('\n');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
