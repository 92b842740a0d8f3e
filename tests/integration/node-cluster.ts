// Several control nodes for a test: daemons as processes with state directories of their own, on one PostgreSQL database, with fake hosts and
// a fake backup datastore that all of them reach.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, type Exit, type Running } from '../../src/exec/exec.ts';
import type { BackupJob } from '../../src/model/backup-job.ts';
import type { Operation } from '../../src/model/operation.ts';
import { formatCall, parseResponse, type Value } from '../../src/wire/xmlrpc.ts';
import { readXml, type XmlElement } from '../../src/wire/xml-read.ts';
import { lookAtAnswer } from '../planted/look.ts';
import type { PostgresServer } from './postgres-server.ts';
import { TcpProxy } from './tcp-proxy.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Far more than anything here takes on a machine that is not busy. */
const LIMIT_MS = 240_000;

/** One node: a process, and after its end another one in the same place. */
export class TestNode {
  readonly name: string;
  readonly directory: string;
  readonly proxy: TcpProxy;
  log = '';
  endpoint = '';
  #daemon: Running | undefined;
  readonly #env: Record<string, string>;

  constructor(name: string, directory: string, proxy: TcpProxy, url: string) {
    this.name = name;
    this.directory = directory;
    this.proxy = proxy;
    const through = new URL(url);
    through.port = String(proxy.port);
    this.#env = { DATABASE_URL: through.href };
  }

  async start(): Promise<void> {
    const argv = [join(ROOT, 'bin/onevault'), 'serve', '--config', join(this.directory, 'onevault.conf')];
    const daemon = start([...argv, '--state', this.directory, '--port', '0'], { env: this.#env });
    this.#daemon = daemon;
    this.endpoint = await new Promise<string>((found, lost) => {
      let text = '';
      daemon.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        this.log += chunk.toString('utf8');
        const answer = /^OneVault answers at (\S+)$/m.exec(text)?.[1];
        if (answer !== undefined) found(answer);
      });
      void daemon.exit.then((exit) => lost(new Error(`Node ${this.name} ended: ${text} ${exit.stderr}`)));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#daemon?.kill(signal);
  }

  async ended(): Promise<Exit | undefined> {
    return this.#daemon?.exit;
  }
}

export class NodeCluster {
  readonly directory: string;
  readonly nodes: TestNode[];
  readonly server: PostgresServer;
  readonly database: string;
  #session = '';

  private constructor(directory: string, server: PostgresServer, database: string, nodes: TestNode[]) {
    this.directory = directory;
    this.server = server;
    this.database = database;
    this.nodes = nodes;
  }

  /** The first node makes the database; the others get its key and credentials. */
  static async open(server: PostgresServer, names: readonly string[]): Promise<NodeCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-nodes-'));
    const url = await server.database();
    const nodes: TestNode[] = [];
    for (const name of names) {
      const state = join(directory, name);
      await mkdir(state);
      const shared = `DATASTORE_LOCATION="${directory}/datastores"\nMAX_BACKUPS="0"\nMAX_BACKUPS_HOST="0"`;
      await writeFile(join(state, 'onevault.conf'), `NODE_NAME="${name}"\n${shared}\n`);
      nodes.push(new TestNode(name, state, await TcpProxy.open(server.port), url));
    }
    const cluster = new NodeCluster(directory, server, new URL(url).pathname.slice(1), nodes);
    const [first, ...others] = nodes;
    await first?.start();
    for (const { directory: state } of others)
      await cp(join(first!.directory, '.one'), join(state, '.one'), { recursive: true });
    cluster.#session = (await readFile(join(first!.directory, '.one/one_auth'), 'utf8')).trim();
    for (const node of others) await node.start();
    return cluster;
  }

  async close(): Promise<void> {
    for (const node of this.nodes) {
      node.signal('SIGCONT');
      node.signal('SIGKILL');
      await node.ended();
      await node.proxy.close();
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Calls a method of a node as oneadmin. */
  async call(node: TestNode, method: string, ...params: Value[]): Promise<string> {
    const body = formatCall(method, [this.#session, ...params]);
    const reply = await fetch(node.endpoint, { method: 'POST', body, headers: { 'content-type': 'text/xml' } });
    const [good, value] = parseResponse(await reply.text());
    const answer = typeof value === 'string' ? value : JSON.stringify(value);
    if (good === true) return answer;
    lookAtAnswer(`the answer of ${method}`, answer);
    throw new Error(answer);
  }

  async info(node: TestNode, method: string, id: number): Promise<XmlElement> {
    return readXml(await this.call(node, method, id));
  }

  /** Duty -> name of its node, of those whose node is up. */
  async owners(): Promise<Map<string, string>> {
    const rows = await this.server.sql(
      `select duty, name from claim join node on node.id = claim.node
        where lease_until > extract(epoch from clock_timestamp()) * 1000`,
      this.database,
    );
    return new Map(rows.map(({ duty, name }) => [String(duty), String(name)]));
  }

  async operations(kind: Operation['kind']): Promise<Operation[]> {
    const rows = await this.server.sql(
      `select body from operation where kind = '${kind}' order by started_at, id`,
      this.database,
    );
    return rows.map(({ body }) => JSON.parse(String(body)) as Operation);
  }

  async job(id: number): Promise<BackupJob> {
    const [row] = await this.server.sql(`select body from backupjob_pool where oid = ${id}`, this.database);
    return JSON.parse(String(row?.['body'])) as BackupJob;
  }

  async until(what: string, look: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + LIMIT_MS; Date.now() < end; await sleep(100)) if (await look()) return;
    const runs = (await this.operations('backup')).map(
      ({ id, vmId, hostId, result, phase, waits, reason }) =>
        `${id} VM ${vmId} host ${hostId}: ${result}, ${phase} ${waits ?? ''} ${reason}`,
    );
    const logs = this.nodes.map(({ name, log }) => `--- ${name}\n${log.slice(-4000)}`).join('\n');
    throw new Error(`It did not happen within ${LIMIT_MS / 1000} s that ${what}.\n${runs.join('\n')}\n${logs}`);
  }
}
