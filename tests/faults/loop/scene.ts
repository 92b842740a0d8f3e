// A daemon on fakes in this very process, its movers included, with a state directory that is put back to where a flow begins.
import { chmodSync, copyFileSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
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
import { Calls, type Cause } from './calls.ts';
import { IS_REAL } from './real.ts';

const QUIET_TURNS = 12;
const QUIET_MOST = 2000;
/** What has not come by then does not come. */
const LIMIT_MS = IS_REAL ? 300_000 : 60_000;

export class Daemon {
  readonly calls = new Calls();
  readonly log: string[] = [];
  #app: App | undefined;
  /** How many runs broke: nobody worked on them any more. */
  broke = 0;

  static async start(config: Config): Promise<Daemon> {
    const daemon = new Daemon();
    const log = pino({ level: 'info' }, { write: (line: string) => void daemon.log.push(line) });
    daemon.#app = await daemon.calls.run('daemon', () => startApp(config, log));
    daemon.services.operations.onBroke(() => (daemon.broke += 1));
    return daemon;
  }

  get services(): App['services'] {
    if (!this.#app) throw new Error('The daemon does not run.');
    return this.#app.services;
  }

  get store(): App['services']['parts']['store'] {
    return this.services.parts.store;
  }

  /** A method as oneadmin asks for it; `cause` says whether what it causes is counted. */
  call(method: string, params: readonly Value[], cause: Cause = 'daemon'): Promise<unknown> {
    return this.calls.run(cause, async () => {
      const user = await this.store.users.get(0);
      const call: Call = { ...this.services, user, caller: makeCaller(user, -1, []), forwarded: false };
      return METHODS[method]!.run(call, params);
    });
  }

  look<R>(work: (store: Daemon['store']) => Promise<R>): Promise<R> {
    return this.calls.run('watcher', () => work(this.store));
  }

  async until(what: string, look: (store: Daemon['store']) => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + LIMIT_MS; performance.now() < end; await sleep(3)) {
      if (await this.look(look)) return;
    }
    throw new Error(`It did not happen within ${LIMIT_MS / 1000} s that ${what}: ${this.log.slice(-5).join('')}`);
  }

  /** Nothing is under way: no run, no job, no clean-up; also not after all that was about to begin had its turn. */
  idle(): Promise<void> {
    let times = 0;
    return this.until('nothing is under way', async (store) => {
      times = (await this.#isIdle(store)) ? times + 1 : 0;
      if (times > 0) await this.quiet();
      return times > 1;
    });
  }

  async #isIdle(store: Daemon['store']): Promise<boolean> {
    const { upkeep, operations, images } = this.services;
    if (this.calls.isBusy || operations.running(() => true)) return false;
    if ((await store.operations.running()).length > 0) return false;
    const jobs = await store.backupJobs.list();
    if (jobs.some((job) => job.outdatedVms.length + job.backingUpVms.length > 0 || job.cancelling)) return false;
    const datastores = await store.datastores.list();
    return !datastores.some(({ id }) => upkeep.isBusy(id) || images.isBusy(id));
  }

  /** No call is made any more, for some turns of the event loop: what is left waits for the clock, or for what never comes. */
  async quiet(): Promise<void> {
    let made = this.calls.total;
    for (let turns = 0, still = 0; turns < QUIET_MOST && still < QUIET_TURNS; turns++) {
      await turn();
      still = this.calls.isBusy || this.calls.total !== made ? 0 : still + 1;
      made = this.calls.total;
    }
  }

  /** Its end without a clean-up. */
  async die(): Promise<void> {
    this.calls.die();
    for (let more = 0; more < 3; more++) await turn();
    await this.calls.settled();
  }

  async stop(): Promise<void> {
    await this.calls.run('daemon', () => this.#app?.close());
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
    return new Scene(mkdtempSync(join(await room(), 'onevault-loop-')));
  }

  get directory(): string {
    return this.config.stateDirectory;
  }

  start(): Promise<Daemon> {
    return Daemon.start(this.config);
  }

  keep(name: string): void {
    copy(this.directory, join(this.root, name));
  }

  back(name: string): void {
    rmSync(this.directory, { recursive: true, force: true });
    copy(join(this.root, name), this.directory);
    mkdirSync(join(this.directory, 'run'), { recursive: true });
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Memory where the machine has a file system of it: every case begins with a copy. */
async function room(): Promise<string> {
  const { bavail, bsize } = await statfs('/dev/shm').catch(() => ({ bavail: 0, bsize: 0 })); // there is none
  return bavail * bsize > 2 ** 28 ? '/dev/shm' : tmpdir();
}

function copy(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copy(source, target);
    else if (entry.isFile()) copyFileSync(source, target);
    if (!entry.isFile()) continue;
    const { atimeMs, mtimeMs, mode } = lstatSync(source);
    utimesSync(target, atimeMs / 1000, mtimeMs / 1000);
    if ((mode & 0o777) !== (lstatSync(target).mode & 0o777)) chmodSync(target, mode & 0o777);
  }
}
