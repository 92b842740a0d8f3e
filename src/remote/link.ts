// The one connection to a host that is kept open: made anew when it is lost, at first soon and then less and less often. While there is none,
// whoever wants something is told why at once and does not wait.
import type { Logger } from 'pino';
import { start, type Running } from '../exec/exec.ts';
import type { MoverPlace } from '../exec/mover.ts';
import { shellText } from '../exec/shell.ts';
import { sshArgv, type SshTarget } from '../exec/ssh.ts';
import { CODE, ConnectionLost, OneError, reasonOf } from '../model/errors.ts';
import { OWN_EXTENSION } from '../model/own-files.ts';
import type { SshHost } from '../model/ssh-host.ts';
import { Calls } from './calls.ts';
import { connectionError, pathOf } from './host-text.ts';
import type { Hello } from './lines.ts';
import { sync, type Synced } from './sync.ts';

const AGAIN_MS = [1000, 2000, 5000, 10_000, 20_000];
/** An agent that has been started answers soon, or never. */
const READY_LIMIT_MS = 60_000;
const SSH_LOST = 255;

export interface Identity {
  target: SshTarget;
  /** What the host has to let in. */
  publicKey: string;
}

export interface LinkSettings {
  /** What the host is called: `host 3 (kvm3)`. */
  label: string;
  ssh: SshHost;
  identity: () => Promise<Identity>;
  hello: () => Omit<Hello, 'runDirectory'>;
  log: Logger;
  /** Called when the connection is there, and when it is lost. */
  changed: () => void;
}

/** What there is to tell of a connection. */
export interface LinkFacts {
  isUp: boolean;
  /** Epoch milliseconds since which it is as it is. */
  sinceMs: number;
  /** Why it is down; empty when it is up. */
  why: string;
  /** Directory of the programs there; empty before the first contact. */
  programs: string;
}

interface Up {
  calls: Calls;
  target: SshTarget;
  synced: Synced;
}

export class HostLink {
  readonly #settings: LinkSettings;
  readonly #closed = new AbortController();
  #up: Up | undefined;
  #attempt: Promise<void> | undefined;
  #isFirst = true;
  #lost: Error;
  #sinceMs = Date.now();
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: LinkSettings) {
    this.#settings = settings;
    this.#lost = new ConnectionLost(`There is no connection to ${settings.label} yet.`);
  }

  /** The connection as it is. The first attempt is waited for; after it, who comes while there is none is told why. */
  readonly connected = async (): Promise<Calls> => (await this.#present()).calls;

  get ssh(): SshHost {
    return this.#settings.ssh;
  }

  facts(): LinkFacts {
    const isUp = this.#up !== undefined;
    const programs = this.#up?.synced.onevault ?? '';
    return { isUp, sinceMs: this.#sinceMs, why: isUp ? '' : reasonOf(this.#lost), programs };
  }

  /** How a mover is started there. `agent` is the socket of an agent of keys that it may use. */
  async place(agent?: string): Promise<MoverPlace> {
    const { synced, target: plain } = await this.#present();
    const target = agent === undefined ? plain : { ...plain, lendsKeys: true };
    return {
      argv: (args, env) => sshArgv(target, this.#command(synced, args, env)),
      main: `${synced.onevault}/src/mover/main${OWN_EXTENSION}`,
      elsewhere: this.#settings.label,
      ...(agent !== undefined && { env: { SSH_AUTH_SOCK: agent } }),
    };
  }

  /** Brings the programs there now, and goes over to them. Returns the names of what was brought. */
  async sync(): Promise<string[]> {
    const { identity, ssh } = this.#settings;
    const before = this.#up?.synced.onevault;
    const { target, publicKey } = await identity();
    const synced = await this.#explained(publicKey, () => sync(target, ssh.directory, this.#closed.signal));
    if (this.#up && before !== synced.onevault) this.#up.calls.close();
    this.#tries = 0;
    await this.#connect();
    await this.#present();
    return synced.brought;
  }

  close(): void {
    this.#closed.abort();
    clearTimeout(this.#timer);
    this.#up?.calls.close();
  }

  async #present(): Promise<Up> {
    if (!this.#up && this.#isFirst) await this.#connect();
    if (this.#up) return this.#up;
    throw this.#lost;
  }

  #connect(): Promise<void> {
    if (this.#up || this.#closed.signal.aborted) return Promise.resolve();
    clearTimeout(this.#timer);
    this.#attempt ??= this.#try().finally(() => {
      this.#attempt = undefined;
      this.#isFirst = false;
    });
    return this.#attempt;
  }

  async #try(): Promise<void> {
    const { label, log, changed, identity } = this.#settings;
    try {
      const { target, publicKey } = await identity();
      const up = await this.#explained(publicKey, () => this.#open(target));
      this.#up = up;
      this.#tries = 0;
      this.#sinceMs = Date.now();
      log.info({ host: label, brought: up.synced.brought }, 'a host is connected');
      up.calls.closed.then(() => this.#wasLost(up)).catch(() => undefined); // it never rejects
      changed();
    } catch (error) {
      this.#lost = error instanceof Error ? error : new Error(String(error));
      if (this.#closed.signal.aborted) return;
      if (this.#tries === 0) log.warn({ host: label, err: error }, 'a host cannot be reached');
      this.#later();
    }
  }

  #wasLost(up: Up): void {
    if (this.#up !== up) return;
    this.#up = undefined;
    this.#sinceMs = Date.now();
    if (this.#closed.signal.aborted) return;
    this.#lost = this.#gone('');
    this.#settings.log.warn({ host: this.#settings.label }, 'the connection to a host was lost');
    this.#settings.changed();
    this.#later();
  }

  #later(): void {
    const delayMs = AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)];
    this.#tries += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), delayMs);
  }

  async #open(target: SshTarget): Promise<Up> {
    const { ssh, hello } = this.#settings;
    const synced = await sync(target, ssh.directory, this.#closed.signal);
    const args = ['--disable-warning=ExperimentalWarning', `${synced.onevault}/src/remote/agent${OWN_EXTENSION}`];
    const agent = start(sshArgv(target, this.#command(synced, args, {})), { stdin: 'pipe' });
    const ended = { said: '' };
    const calls = new Calls(
      {
        input: agent.stdout,
        output: agent.stdin!,
        lost: () => this.#gone(ended.said),
        hangUp: () => hangUp(agent),
      },
      { ...hello(), runDirectory: ssh.runDirectory },
    );
    const limit = setTimeout(() => calls.close(), READY_LIMIT_MS);
    try {
      await calls.ready;
    } catch (error) {
      const exit = await agent.exit;
      if (exit.code === SSH_LOST || exit.stderr === '') throw error;
      throw new OneError(
        CODE.INTERNAL,
        `The agent on ${this.#settings.label} did not start: ${exit.stderr.trim().slice(-500)}`,
        {
          retry: true,
        },
      );
    } finally {
      clearTimeout(limit);
    }
    return { calls, target, synced };
  }

  /** Node with these arguments, in the shell over there. */
  #command({ node, restic }: Synced, args: readonly string[], env: Readonly<Record<string, string>>): string {
    const variables = Object.entries({ ...env, LC_ALL: 'C', PATH: pathOf(restic === undefined ? [] : [restic]) });
    const given = variables.map(([name, value]) => `${name}=${value}`);
    return `exec ${shellText([['env', ...given, `${node}/node`, ...args]])}`;
  }

  #gone(said: string): ConnectionLost {
    const { label } = this.#settings;
    return new ConnectionLost(`The connection to ${label} was lost${said === '' ? '.' : `: ${said}`}`, {
      hint: 'It is made again by itself; onehost show says when it is back.',
    });
  }

  /** What ssh says of its failure, in words that help. */
  async #explained<T>(publicKey: string, work: () => Promise<T>): Promise<T> {
    const { label, ssh } = this.#settings;
    try {
      return await work();
    } catch (error) {
      const exit = exitOf(error);
      throw exit?.code === SSH_LOST ? connectionError(label, ssh, exit.stderr, publicKey) : error;
    }
  }
}

function exitOf(error: unknown): { code: number; stderr: string } | undefined {
  const { exit } = (error ?? {}) as { exit?: { code: number; stderr: string } };
  return exit;
}

/** One that stands still hears nothing but this. */
function hangUp(agent: Running): void {
  agent.stdin?.end();
  agent.kill('SIGKILL');
}
