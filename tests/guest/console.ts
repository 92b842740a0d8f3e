// Talks to the test guest over its serial console: commands go into the pseudo terminal, answers come from the console
// log that the hypervisor keeps, so that nobody else who reads the terminal can take an answer away.
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/exec/exec.ts';

const READY = 'GUEST READY';
const POLL_MS = 50;
/** A guest takes seconds; many at once on few processors take their time. */
const LIMIT_MS = 180_000;
let nextTag = 1;

export class GuestConsole {
  readonly #pty: string;
  readonly #log: string;
  #from: number;
  #terminal: FileHandle | null = null;

  /** `from`: bytes of the log that belong to earlier boots. */
  constructor(pty: string, log: string, from = 0) {
    this.#pty = pty;
    this.#log = log;
    this.#from = from;
  }

  /** Console of a libvirt domain whose log is `log`. */
  static async ofDomain(name: string, log: string, uri = 'qemu:///system'): Promise<GuestConsole> {
    const { stdout } = await run(['virsh', '-c', uri, 'ttyconsole', name]);
    return new GuestConsole(stdout.trim(), log);
  }

  /** Waits until the guest has booted and answers. */
  async ready(timeoutMs = LIMIT_MS): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (!(await this.#read()).includes(READY)) await this.#pause(until, `said "${READY}"`);
    // The text may be an earlier boot's, so it also has to answer.
    while (!(await this.#answers(Math.min(3000, Math.max(1, until - Date.now()))))) {
      await this.#pause(until, 'answered');
    }
  }

  /** Runs a shell command (one line) in the guest and returns its output. Throws when it fails. */
  async run(command: string, timeoutMs = LIMIT_MS): Promise<string> {
    const { code, output } = await this.#command(command, timeoutMs);
    if (code !== 0) throw new Error(`In the guest, "${command}" failed with code ${code}: ${output}`);
    return output;
  }

  async close(): Promise<void> {
    await this.#terminal?.close();
    this.#terminal = null;
  }

  async #answers(timeoutMs: number): Promise<boolean> {
    return this.#command('true', timeoutMs).then(
      () => true,
      () => false,
    );
  }

  async #command(command: string, timeoutMs: number): Promise<{ code: number; output: string }> {
    const tag = `#${process.pid}-${nextTag++}`;
    const answer = new RegExp(`([^]*?)\\r?\\n${tag} done (\\d+)\\r?\\n`);
    this.#from = await sizeOf(this.#log);
    // The leading newline ends whatever half line the guest's terminal still holds.
    await this.#write(`\n${tag} ${command}\n`);
    const until = Date.now() + timeoutMs;
    for (;;) {
      const found = answer.exec(await this.#read());
      if (found) return { code: Number(found[2]), output: withoutEcho(found[1] ?? '', tag) };
      await this.#pause(until, `finished "${command}"`);
    }
  }

  async #write(text: string): Promise<void> {
    this.#terminal ??= await open(this.#pty, constants.O_WRONLY | constants.O_NOCTTY);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += (await this.#terminal.write(bytes, at)).bytesWritten;
  }

  async #pause(until: number, what: string): Promise<void> {
    if (Date.now() > until) {
      throw new Error(`The guest has not ${what} in time. Its console ends: ${(await this.#read()).slice(-500)}`);
    }
    await sleep(POLL_MS);
  }

  /** The log from the current position; a log that was rotated is read from its start. */
  async #read(): Promise<string> {
    if ((await sizeOf(this.#log)) < this.#from) this.#from = 0;
    const file = await open(this.#log, 'r').catch(() => null);
    if (file === null) return '';
    try {
      const bytes = Buffer.alloc(Math.max(0, (await file.stat()).size - this.#from));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#from);
      return bytes.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The output of a command; a terminal that still echoes repeats the command before it. */
function withoutEcho(text: string, tag: string): string {
  const lines = text.replaceAll('\r', '').trim().split('\n');
  return (lines[0]?.includes(`${tag} `) ? lines.slice(1) : lines).join('\n').trim();
}
