// Several control nodes on one PostgreSQL server, with hosts and datastores that all of them reach: each API answers for all.
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attributes } from '../../../src/model/attributes.ts';
import type { NodeTable } from '../../../src/store/nodes.ts';
import { openNodes, readPostgres } from '../../../src/store/postgres.ts';
import type { SqlStore } from '../../../src/store/sql-store.ts';
import { formatCall, parseResponse, type Value } from '../../../src/wire/xmlrpc.ts';
import { PostgresServer } from '../../integration/postgres-server.ts';
import { freePort } from '../../integration/sshd.ts';
import type { Random } from '../random.ts';
import { ControlNode } from './control-node.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CALL_MS = 90_000;

/** What an API has answered that is no result. */
export class Refused extends Error {}

/** Nobody knows whether it was done: the answer was lost. */
export class Unknown extends Error {}

export interface ClusterOptions {
  programs: string;
  nodes: number;
  hosts: number;
  datastores: number;
  /** Lines of each node's configuration. */
  settings: readonly string[];
}

export class Cluster {
  readonly directory: string;
  readonly nodes: ControlNode[] = [];
  readonly server: PostgresServer;
  hosts: number[] = [];
  datastores: number[] = [];
  #store: SqlStore | undefined;
  #table: NodeTable | undefined;
  session = '';

  private constructor(directory: string, server: PostgresServer) {
    this.directory = directory;
    this.server = server;
  }

  static async open(options: ClusterOptions): Promise<Cluster> {
    const directory = join(ROOT, 'var', `nodes-${process.pid}`);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const cluster = new Cluster(directory, await PostgresServer.open(options.programs));
    try {
      await cluster.#begin(options);
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  async #begin({ nodes, hosts, datastores, settings }: ClusterOptions): Promise<void> {
    const databaseUrl = await this.server.database();
    for (let index = 0; index < nodes; index += 1) {
      const name = `n${index + 1}`;
      const place = {
        ...{ name, directory: join(this.directory, name), port: await freePort(), databaseUrl },
        databasePort: this.server.port,
        settings: [`DATASTORE_LOCATION="${this.directory}/datastores"`, `NODE_NAME="here"`, ...settings],
      };
      const node = await ControlNode.open(place);
      this.nodes.push(node);
      // the first one makes the secrets that all share
      if (index > 0) await cp(join(this.directory, 'n1/.one'), join(place.directory, '.one'), { recursive: true });
      await node.start();
    }
    const place = { url: databaseUrl, connections: 4 };
    this.#store = await readPostgres(place);
    this.#table = openNodes(place);
    this.session = await this.#credentials();
    for (let index = 0; index < hosts; index += 1) this.hosts.push(await this.#host(index));
    for (let index = 0; index < datastores; index += 1) {
      const template = `NAME="backups-${index}"\nTYPE="BACKUP_DS"\nDS_MAD="fake"`;
      this.datastores.push(Number(await this.callAt(0, 'one.datastore.allocate', template, -1)));
    }
  }

  /** For looking alone. */
  get store(): SqlStore {
    if (!this.#store) throw new Error('The nodes do not run.');
    return this.#store;
  }

  get table(): NodeTable {
    if (!this.#table) throw new Error('The nodes do not run.');
    return this.#table;
  }

  async #credentials(): Promise<string> {
    return (await readFile(join(this.directory, 'n1/.one/one_auth'), 'utf8')).trim();
  }

  async #host(index: number): Promise<number> {
    const id = Number(await this.callAt(0, 'one.host.allocate', `fake-${index}`, 'fake', 'fake', -1));
    const attributes: Attributes = [['FAKE_DIRECTORY', join(this.directory, `host-${index}`)]];
    const text = attributes.map(([name, value]) => `${name}="${String(value)}"`).join('\n');
    await this.callAt(0, 'one.host.update', id, text, 1);
    return id;
  }

  /** Asks one of the nodes by chance; another when that one cannot be reached. */
  async call(random: Random, method: string, ...params: Value[]): Promise<Value> {
    for (;;) {
      const index = random.whole(0, this.nodes.length);
      try {
        return await this.callAt(index, method, ...params);
      } catch (error) {
        if (error instanceof Refused || error instanceof Unknown) throw error;
        await sleep(200); // nobody listened there
      }
    }
  }

  /** Throws Refused, Unknown, or what fetch throws when nothing was sent. */
  async callAt(index: number, method: string, ...params: Value[]): Promise<Value> {
    const node = this.nodes[index];
    if (!node) throw new Error(`There is no node ${index}.`);
    const signal = AbortSignal.timeout(CALL_MS);
    const body = formatCall(method, [this.session, ...params]);
    let text: string;
    try {
      text = await (await fetch(node.endpoint, { method: 'POST', body, signal })).text();
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw new Unknown(`${method} at ${node.place.name}: ${String(error)}`, { cause: error });
    }
    const [good, value = ''] = parseResponse(text);
    if (good === true) return value;
    const said = typeof value === 'string' ? value : JSON.stringify(value);
    throw said.includes('may have been done') ? new Unknown(said) : new Refused(said);
  }

  async until(what: string, look: () => Promise<boolean>, limitMs = 120_000): Promise<void> {
    for (const end = Date.now() + limitMs; Date.now() < end; await sleep(100)) if (await look()) return;
    const logs = this.nodes.map((node) => `--- ${node.place.name}\n${node.tail()}`).join('\n');
    throw new Error(`It did not happen within ${limitMs / 1000} s that ${what}.\n${logs}`);
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.close();
    await this.#table?.close();
    await this.#store?.close();
    await this.server.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
