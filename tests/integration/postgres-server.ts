// A PostgreSQL server of a test's own: Debian's programs, a directory for temporary files, and a socket in it beside a port on the loopback
// interface. It ends with the test, and nothing of it stays.
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { run, start, type Running } from '../../src/exec/exec.ts';
import { planted } from '../planted/secret.ts';
import { freePort } from './sshd.ts';

const PROGRAMS = '/usr/lib/postgresql';
const START_MS = 60_000;
const NOTHING_SAFE = ['fsync', 'full_page_writes'].flatMap((name) => ['-c', `${name}=off`]);

/** Where Debian has the newest server; undefined when it has none. */
export async function postgresPrograms(): Promise<string | undefined> {
  const versions = await readdir(PROGRAMS).catch(() => []);
  const [newest] = versions.filter((name) => /^\d+$/.test(name)).toSorted((a, b) => Number(b) - Number(a));
  if (newest !== undefined) return join(PROGRAMS, newest, 'bin');
  console.log('skipped: tests of PostgreSQL need its server; scripts/setup.sh servers installs it');
  return undefined;
}

export class PostgresServer {
  readonly directory: string;
  port: number;
  readonly password: string;
  readonly #programs: string;
  readonly #options: string[];
  #server: Running | undefined;
  #said = '';
  #databases = 0;

  private constructor(directory: string, port: number, password: string, programs: string, options: string[]) {
    this.directory = directory;
    this.port = port;
    this.password = password;
    this.#programs = programs;
    this.#options = options;
  }

  /** `options` are the server's own; what would be safe is left out, unless `safe`. */
  static async open(programs: string, { safe = false, options = [] as string[] } = {}): Promise<PostgresServer> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-postgres-'));
    await chmod(directory, 0o755);
    await run(['chown', 'nobody', directory]);
    const password = planted('-of-postgres');
    const file = join(directory, 'password');
    await writeFile(file, password, { mode: 0o644 });
    const more = [...(safe ? [] : NOTHING_SAFE), ...options];
    const server = new PostgresServer(directory, await freePort(), password, programs, more);
    const asked = [
      '--username=onevault',
      `--pwfile=${file}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ];
    await run(server.#asNobody(['initdb', '-D', join(directory, 'data'), ...asked, ...(safe ? [] : ['--no-sync'])]));
    await rm(file);
    try {
      for (let tries = 1; !(await server.#begins()); tries++) {
        if (tries === 3) throw new Error(`PostgreSQL did not start:\n${server.#said}`);
        server.port = await freePort(); // somebody else has taken it meanwhile
      }
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** PostgreSQL does not run as root. */
  #asNobody([program = '', ...argv]: string[]): string[] {
    return [
      'setpriv',
      '--reuid=nobody',
      '--regid=nogroup',
      '--clear-groups',
      '--pdeathsig',
      'QUIT',
      '--',
      join(this.#programs, program),
      ...argv,
    ];
  }

  /** Starts it again, where it was. */
  async start(): Promise<void> {
    if (!(await this.#begins())) throw new Error(`PostgreSQL did not start:\n${this.#said}`);
  }

  /** False when it ended at once. */
  async #begins(): Promise<boolean> {
    const addresses = ['-c', `unix_socket_directories=${this.directory}`, '-c', 'listen_addresses=127.0.0.1'];
    const limits = ['-c', 'max_connections=400'];
    const argv = [
      '-D',
      join(this.directory, 'data'),
      '-p',
      String(this.port),
      ...addresses,
      ...limits,
      ...this.#options,
    ];
    this.#said = '';
    const server = start(this.#asNobody(['postgres', ...argv]), { onStderr: (text) => void (this.#said += text) });
    server.stdout.resume();
    const gone = new AbortController();
    const ended = (): void => gone.abort();
    server.exit.then(ended, ended);
    this.#server = server;
    for (const end = Date.now() + START_MS; !gone.signal.aborted && Date.now() < end; await delay(50)) {
      if (await this.#answers()) return true;
    }
    return false;
  }

  /** Whether it is this one that answers. */
  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url('postgres') });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('show data_directory');
      return rows[0]?.data_directory === join(this.directory, 'data');
    } catch {
      return false; // not yet
    } finally {
      await client.end();
    }
  }

  /** Over the network, with the password in it. */
  url(database: string): string {
    return `postgres://onevault:${encodeURIComponent(this.password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Over the socket, without a password. */
  socketUrl(database: string): string {
    return `postgres://onevault@/${database}?host=${encodeURIComponent(this.directory)}&port=${this.port}`;
  }

  /** A new and empty database; its URL. */
  async database(): Promise<string> {
    const name = `one${++this.#databases}`;
    await this.sql(`create database ${name}`);
    return this.url(name);
  }

  /** Asks the server itself. */
  async sql(statement: string, database = 'postgres'): Promise<Array<Record<string, unknown>>> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends it as a machine does that loses its power, as far as its clients see. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.kill('SIGQUIT'); // immediate shutdown: connections are cut
    await server.exit.catch(() => undefined); // it says that it was stopped
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
