// A whole OneVault inside the test's own process, on fake drivers, with a state directory of its own: what the tests of the
// API and of the commands talk to over HTTP. Everything it logs is kept.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { hashPassword } from '../../src/access/password.ts';
import { startApp, type App } from '../../src/app.ts';
import { authFile } from '../../src/bootstrap.ts';
import type { Config } from '../../src/config.ts';
import type { DatabaseSettings } from '../../src/config/database.ts';
import { DEFAULT_LIMITS, DEFAULT_SCHEDULE_POLICY } from '../../src/model/limits.ts';
import { NO_NOTICES } from '../../src/model/notice-settings.ts';
import type { Operation } from '../../src/model/operation.ts';
import { DEFAULT_SELF_BACKUP } from '../../src/model/self-backup.ts';
import type { User } from '../../src/model/user.ts';
import type { Store } from '../../src/store/store.ts';
import { formatCall, parseResponse, type Value } from '../../src/wire/xmlrpc.ts';
import { readXml, type XmlElement } from '../../src/wire/xml-read.ts';
import { lookAtAnswer, lookAtDaemon } from '../planted/look.ts';
import { planted } from '../planted/secret.ts';

/** A failure of the API. */
export class Refused extends Error {
  readonly code: Value | undefined;
  readonly objectId: Value | undefined;

  constructor(message: string, code: Value | undefined, objectId: Value | undefined) {
    super(message);
    this.code = code;
    this.objectId = objectId;
  }
}

export class FakeCloud {
  /** Makes an empty PostgreSQL database for each cloud, whose URL it gives; undefined for SQLite. */
  static databases: (() => Promise<string>) | undefined;

  readonly config: Config;
  /** Lines of the daemon's log, from trace up. */
  readonly log: string[] = [];
  endpoint = '';
  /** Credentials of oneadmin. */
  session = '';
  #app: App | undefined;

  private constructor(directory: string, given: Partial<Config>) {
    this.config = {
      stateDirectory: directory,
      nodeName: 'here',
      listenAddress: '127.0.0.1',
      port: 0,
      database: `${directory}/one.db`,
      datastoreLocation: `${directory}/datastores`,
      logLevel: 'trace',
      trustProxy: [],
      limits: DEFAULT_LIMITS,
      schedule: { ...DEFAULT_SCHEDULE_POLICY, timeZone: 'UTC' },
      selfBackup: DEFAULT_SELF_BACKUP,
      notices: NO_NOTICES,
      auditAnchors: `${directory}/audit.anchors`,
      dev: false,
      ...given,
    };
  }

  /** `given` is what its configuration has instead of the usual. */
  static async open(given: Partial<Config> = {}): Promise<FakeCloud> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-'));
    const cloud = new FakeCloud(directory, { ...(await emptyDatabase(directory)), ...given });
    await cloud.start();
    return cloud;
  }

  /** An empty database of the same kind, for another daemon. */
  otherDatabase(directory: string): Promise<DatabaseSettings> {
    return emptyDatabase(directory);
  }

  get services(): App['services'] {
    if (!this.#app) throw new Error('The daemon does not run.');
    return this.#app.services;
  }

  get store(): Store {
    return this.services.parts.store;
  }

  get directory(): string {
    return this.config.stateDirectory;
  }

  async start(): Promise<void> {
    this.#app = await startApp(this.config, pino({ level: 'trace' }, { write: (line: string) => this.log.push(line) }));
    this.endpoint = this.#app.endpoint;
    this.session = (await readFile(authFile(this.config), 'utf8')).trim();
  }

  async stop(): Promise<void> {
    await this.#app?.close();
    this.#app = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    lookAtDaemon(this.directory, this.log.join('\n'));
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Sends any body; returns the reply's array. A fault throws XmlRpcFault. */
  async post(body: string, headers: Record<string, string> = { 'content-type': 'text/xml' }): Promise<Value[]> {
    const reply = await fetch(this.endpoint, { method: 'POST', body: Buffer.from(body), headers });
    return parseResponse(await reply.text());
  }

  /** Calls a method as oneadmin; a failure throws Refused. */
  call(method: string, ...params: Value[]): Promise<Value> {
    return this.callAs(this.session, method, ...params);
  }

  async callAs(session: string, method: string, ...params: Value[]): Promise<Value> {
    const [good, value, code, objectId] = await this.post(formatCall(method, [session, ...params]));
    const answer = typeof value === 'string' ? value : JSON.stringify(value);
    // only oneadmin may ask for secrets
    if (good !== true || session !== this.session) lookAtAnswer(`the answer of ${method}`, answer);
    if (good === true && value !== undefined) return value;
    throw new Refused(answer, code, objectId);
  }

  /** Calls a method that answers with a text. */
  async text(session: string, method: string, ...params: Value[]): Promise<string> {
    const value = await this.callAs(session, method, ...params);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** Calls a method that answers with an id. */
  async id(method: string, ...params: Value[]): Promise<number> {
    return Number(await this.call(method, ...params));
  }

  /** Calls a method that answers with a document. */
  async xml(method: string, ...params: Value[]): Promise<XmlElement> {
    return readXml(await this.text(this.session, method, ...params));
  }

  /** Makes a user of the group `users`; returns the session string. */
  async user(name: string, change: Partial<User> = {}): Promise<string> {
    const password = planted('-of-a-user');
    const passwordHash = await hashPassword(password);
    await this.store.users.allocate((id) => ({
      ...{
        id,
        name,
        gid: 1,
        gname: 'users',
        groups: [1],
        passwordHash,
        authDriver: 'core',
        enabled: true,
        template: [],
      },
      ...change,
    }));
    return `${name}:${password}`;
  }

  /** Adds the fake host and waits until it is monitored. */
  async host(): Promise<number> {
    const id = await this.id('one.host.allocate', 'here', 'fake', 'fake', -1);
    await this.until('the host is monitored', async () => (await this.store.hosts.get(id)).state === 2);
    return id;
  }

  /** Makes an image and waits until it is ready. */
  async image(template: string): Promise<number> {
    const id = await this.id('one.image.allocate', template, 1);
    await this.until(`image ${id} is ready`, async () => (await this.store.images.get(id)).state === 1);
    return id;
  }

  /** Waits for STATE and LCM_STATE of a VM. */
  async vmIs(id: number, state: number, lcm: number): Promise<void> {
    await this.until(`VM ${id} is in ${state}/${lcm}`, async () => {
      const vm = await this.store.vms.get(id);
      return vm.state === state && vm.lcmState === lcm;
    });
  }

  /** Follows the run of a VM or an image to its end. */
  async follow(noun: 'vm' | 'image', id: number): Promise<Operation> {
    const reply = await this.progress(`${noun}/${id}`, this.session);
    const events = (await reply.text()).split('\n\n').filter((event) => event !== '');
    return JSON.parse((events.at(-1) ?? '').replace(/^event: end\ndata: /, '')) as Operation;
  }

  /** Asks for the progress of a run as anybody. */
  progress(path: string, session: string): Promise<Response> {
    const headers = { authorization: `Basic ${Buffer.from(session).toString('base64')}` };
    return fetch(new URL(`/api/progress/${path}`, this.endpoint), { headers });
  }

  async until(what: string, look: () => Promise<boolean>, limitMs = 120_000): Promise<void> {
    for (const end = Date.now() + limitMs; Date.now() < end; await sleep(10)) if (await look()) return;
    throw new Error(`It did not happen within ${limitMs / 1000} s that ${what}.`);
  }
}

async function emptyDatabase(directory: string): Promise<DatabaseSettings> {
  const url = await FakeCloud.databases?.();
  return { database: `${directory}/one.db`, ...(url === undefined ? {} : { postgres: { url, connections: 6 } }) };
}
