// A daemon on fakes in this very process, its movers included, with a state directory that is put back to where a flow begins.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { makeCaller } from '../../../src/access/authorize.ts';
import { METHODS } from '../../../src/api/methods/all.ts';
import type { Call } from '../../../src/api/method.ts';
import { startApp, type App } from '../../../src/app.ts';
import type { Config } from '../../../src/config.ts';
import { DEFAULT_LIMITS, DEFAULT_SCHEDULE_POLICY } from '../../../src/model/limits.ts';
import { NO_NOTICES } from '../../../src/model/notice-settings.ts';
import { DEFAULT_SELF_BACKUP } from '../../../src/model/self-backup.ts';
import type { Value } from '../../../src/wire/xmlrpc.ts';
import { Calls } from './calls.ts';

const LIMIT_MS = 30_000;

export class Daemon {
  readonly calls = new Calls();
  readonly log: string[] = [];
  #app: App | undefined;

  static async start(config: Config): Promise<Daemon> {
    const daemon = new Daemon();
    const log = pino({ level: 'info' }, { write: (line: string) => void daemon.log.push(line) });
    daemon.#app = await daemon.calls.run(false, () => startApp(config, log));
    return daemon;
  }

  get services(): App['services'] {
    if (!this.#app) throw new Error('The daemon does not run.');
    return this.#app.services;
  }

  get store(): App['services']['parts']['store'] {
    return this.services.parts.store;
  }

  /** A method as oneadmin asks for it; `flow`: what it causes is counted. */
  call(method: string, params: readonly Value[], flow = false): Promise<unknown> {
    return this.calls.run(flow, async () => {
      const user = await this.store.users.get(0);
      const call: Call = { ...this.services, user, caller: makeCaller(user, -1, []), forwarded: false };
      return METHODS[method]!.run(call, params);
    });
  }

  look<R>(work: (store: Daemon['store']) => Promise<R>): Promise<R> {
    return this.calls.run(false, () => work(this.store));
  }

  async until(what: string, look: (store: Daemon['store']) => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + LIMIT_MS; performance.now() < end; await sleep(3)) {
      if (await this.look(look)) return;
    }
    throw new Error(`It did not happen within ${LIMIT_MS / 1000} s that ${what}: ${this.log.slice(-5).join('')}`);
  }

  /** Nothing is under way: no run, no clean-up. */
  idle(): Promise<void> {
    return this.until('nothing is under way', async (store) => {
      const { upkeep, operations } = this.services;
      if (operations.running(() => true) || (await store.operations.running()).length > 0) return false;
      const datastores = await store.datastores.list();
      return !datastores.some(({ id }) => upkeep.isBusy(id) || this.services.images.isBusy(id));
    });
  }

  /** Its end without a clean-up. */
  async die(): Promise<void> {
    this.calls.die();
    for (let more = 0; more < 3; more++) await turn();
    await this.calls.settled();
  }

  async stop(): Promise<void> {
    await this.calls.run(false, () => this.#app?.close());
  }
}

/** One directory, always at the same place: records hold paths. */
export class Scene {
  readonly root: string;
  readonly config: Config;

  private constructor(root: string) {
    this.root = root;
    const directory = join(root, 'state');
    this.config = {
      ...{ stateDirectory: directory, nodeName: 'here', listenAddress: '127.0.0.1', port: 0 },
      ...{ database: `${directory}/one.db`, datastoreLocation: `${directory}/datastores`, logLevel: 'info' },
      ...{ trustProxy: [], limits: DEFAULT_LIMITS, schedule: { ...DEFAULT_SCHEDULE_POLICY, timeZone: 'UTC' } },
      ...{ selfBackup: DEFAULT_SELF_BACKUP, notices: NO_NOTICES, dev: false },
    };
  }

  static async open(): Promise<Scene> {
    return new Scene(await mkdtemp(join(tmpdir(), 'onevault-loop-')));
  }

  get directory(): string {
    return this.config.stateDirectory;
  }

  start(): Promise<Daemon> {
    return Daemon.start(this.config);
  }

  async keep(name: string): Promise<void> {
    await cp(this.directory, join(this.root, name), { recursive: true, preserveTimestamps: true });
  }

  async back(name: string): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    await cp(join(this.root, name), this.directory, { recursive: true, preserveTimestamps: true });
    await mkdir(join(this.directory, 'run'), { recursive: true });
  }

  close(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}
