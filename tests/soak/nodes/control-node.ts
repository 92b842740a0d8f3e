// A control node as a process of its own, with a state directory of its own and a proxy between it and the database: it can be killed,
// stopped and cut off, and started again.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { start, type Running } from '../../../src/exec/exec.ts';
import { Proxy } from '../../faults/proxy.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const LINES_KEPT = 4000;

export interface NodePlace {
  name: string;
  directory: string;
  port: number;
  /** Of the database, without the proxy. */
  databaseUrl: string;
  databasePort: number;
  /** Lines of its configuration, beside those of its own. */
  settings: readonly string[];
}

export class ControlNode {
  readonly place: NodePlace;
  readonly endpoint: string;
  readonly #proxy: Proxy;
  #process: Running | undefined;
  #ended: Promise<number | string> = Promise.resolve('never started');
  /** What it has logged last, restarts included. */
  readonly lines: string[] = [];

  private constructor(place: NodePlace, proxy: Proxy) {
    this.place = place;
    this.#proxy = proxy;
    this.endpoint = `http://127.0.0.1:${place.port}/RPC2`;
  }

  static async open(place: NodePlace): Promise<ControlNode> {
    await mkdir(place.directory, { recursive: true });
    const own = [
      `STATE_DIRECTORY="${place.directory}"`,
      `PORT="${place.port}"`,
      `NODE_URL="http://127.0.0.1:${place.port}/RPC2"`,
    ];
    await writeFile(join(place.directory, 'onevault.conf'), `${[...own, ...place.settings].join('\n')}\n`);
    return new ControlNode(place, await Proxy.open(place.databasePort));
  }

  /** Settles when it answers. */
  async start(): Promise<void> {
    const { directory, databaseUrl } = this.place;
    const url = new URL(databaseUrl);
    url.port = String(this.#proxy.port);
    const argv = [join(ROOT, 'bin/onevault'), 'serve', '--config', join(directory, 'onevault.conf')];
    const running = start(argv, { env: { DATABASE_URL: url.href }, onStderr: (line) => this.#keep(line) });
    this.#process = running;
    this.#ended = running.exit.then(
      ({ code }) => code,
      (error: unknown) => String(error),
    );
    await new Promise<void>((answers, lost) => {
      let rest = '';
      running.stdout.on('data', (chunk: Buffer) => {
        const parts = (rest + chunk.toString('utf8')).split('\n');
        rest = parts.pop() ?? '';
        for (const line of parts) {
          this.#keep(line);
          if (line.startsWith('OneVault answers at ')) answers();
        }
      });
      void this.#ended.then((how) => lost(new Error(`Node ${this.place.name} ended with ${how}:\n${this.tail()}`)));
    });
  }

  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Its exit code, or how else it ended. */
  ended(): Promise<number | string> {
    return this.#ended;
  }

  /** Nothing comes through between it and the database any more, and nobody is told. */
  cutOff(): void {
    this.#proxy.stall();
  }

  /** What was held back comes through after all, or is lost with its connections. */
  mend(late: boolean): void {
    if (!late) this.#proxy.cut();
    this.#proxy.go();
  }

  tail(count = 30): string {
    return this.lines.slice(-count).join('\n');
  }

  async close(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
    await this.#proxy.close();
  }

  #keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > LINES_KEPT) this.lines.splice(0, LINES_KEPT / 2);
  }
}
