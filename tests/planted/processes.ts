// Looks for planted secrets in the arguments of every program that starts while tests run, as `ps` would show them to anybody on the machine.
import { readdirSync, readFileSync } from 'node:fs';
import { lookAtText, record, type Look } from './look.ts';

const EVERY_MS = 100;
/** A program is looked at more than once: it begins with the arguments of what has started it. */
const TIMES = 3;

export class ProcessWatch {
  readonly seen: Look = { kind: 'process', looked: 0, found: [] };
  /** Programs that run already are those of others. */
  readonly #others = new Set(pids());
  readonly #times = new Map<string, number>();

  look(): void {
    const now = new Set(pids());
    for (const known of [this.#others, this.#times]) {
      for (const pid of known.keys()) if (!now.has(pid)) known.delete(pid);
    }
    for (const pid of now) if (!this.#others.has(pid)) this.#lookAt(pid);
  }

  #lookAt(pid: string): void {
    const times = (this.#times.get(pid) ?? 0) + 1;
    if (times > TIMES) return;
    this.#times.set(pid, times);
    if (times === 1) this.seen.looked++;
    const { found } = lookAtText('process', `the arguments of process ${pid}`, argumentsOf(pid));
    this.seen.found.push(...found.filter((one) => !this.seen.found.includes(one)));
  }
}

/** Begins to look; what is returned ends it and writes down what was seen. */
export function watchProcesses(): () => void {
  const watch = new ProcessWatch();
  const timer = setInterval(() => watch.look(), EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    record([watch.seen]);
  };
}

function pids(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended
  }
}
