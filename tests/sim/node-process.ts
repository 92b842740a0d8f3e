// A control node of the simulation as its parent has it: a process that is told the time, and asked like any daemon.
import { createInterface, type Interface } from 'node:readline';
import { start, type Running } from '../../src/exec/exec.ts';
import { formatCall, type Value } from '../../src/wire/xmlrpc.ts';
import type { NodeSettings, Stepped } from './node.ts';

const MAIN = new URL('node.ts', import.meta.url).pathname;

export class NodeProcess {
  readonly endpoint: string;
  readonly #running: Running;
  readonly #lines: AsyncIterator<string>;

  private constructor(running: Running, lines: AsyncIterator<string>, endpoint: string) {
    this.#running = running;
    this.#lines = lines;
    this.endpoint = endpoint;
  }

  static async open(settings: NodeSettings): Promise<NodeProcess> {
    const argv = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, JSON.stringify(settings)];
    const running = start(argv, { stdin: 'pipe', onStderr: (line) => console.error(`${settings.name}: ${line}`) });
    const reader: Interface = createInterface({ input: running.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const { ready } = JSON.parse(await next(lines)) as { ready: string };
    return new NodeProcess(running, lines, ready);
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** How many hosts are its own. */
  async hosts(): Promise<number> {
    return ((await this.#ask({})) as { hosts: number }).hosts;
  }

  /** It is so late now; settles when what is due then has begun or waits. */
  async step(nowMs: number): Promise<Stepped> {
    return (await this.#ask({ nowMs })) as Stepped;
  }

  async end(): Promise<void> {
    this.#running.stdin?.write('{"end":true}\n');
    await this.#running.exit;
  }

  kill(): void {
    this.#running.kill('SIGKILL');
  }

  /** Milliseconds that it took to answer. A failure throws. */
  async call(session: string, method: string, ...params: Value[]): Promise<number> {
    const from = performance.now();
    const body = formatCall(method, [session, ...params]);
    const reply = await fetch(this.endpoint, { method: 'POST', body, headers: { 'content-type': 'text/xml' } });
    const text = await reply.text();
    if (!text.slice(0, 400).includes('<boolean>1</boolean>')) throw new Error(`${method}: ${text.slice(0, 400)}`);
    return performance.now() - from;
  }

  async #ask(told: object): Promise<unknown> {
    this.#running.stdin?.write(`${JSON.stringify(told)}\n`);
    return JSON.parse(await next(this.#lines));
  }
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  const line = await lines.next();
  if (line.done) throw new Error('A node has ended.');
  return line.value;
}
