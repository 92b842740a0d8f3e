// Looks at the daemon from outside, again and again: its memory, what it has open, what it has started, and what lies about because of it.
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentOf, processesWhere } from '../../faults/processes.ts';
import type { Cloud } from '../../integration/cloud.ts';
import type { Sample } from './steady.ts';

const EVERY_MS = 10_000;
const LOOK_MS = 50;
const LOOKS_AT_REST = 10;
const REST_MS = 700;

export const WATCHED = [
  'rssMib',
  'heapMib',
  'descriptors',
  'sockets',
  'children',
  'mounts',
  'files',
  'databaseMib',
] as const;
export type Watched = (typeof WATCHED)[number];
export type Look = Record<Watched, number>;

export class Watch {
  readonly #cloud: Cloud;
  readonly #scratch: string;
  readonly #stop = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #asked = 0;
  readonly samples = new Map<Watched, Sample[]>(WATCHED.map((name) => [name, []]));

  /** `scratch` is where the daemon has its temporary files and says how much memory it holds: `watched`. */
  constructor(cloud: Cloud, scratch: string) {
    this.#cloud = cloud;
    this.#scratch = scratch;
  }

  begin(): void {
    this.#watching = this.#watch();
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #look(): Promise<Look> {
    const { directory, daemonPid: pid } = this.#cloud;
    const links = await linksOf(pid);
    const heap = await this.#heap();
    const resident = Number(/^VmRSS:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
    const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
      .split('\n')
      .filter((line) => line.includes(directory));
    return {
      rssMib: resident / 1024,
      heapMib: heap / 2 ** 20,
      descriptors: links.length,
      sockets: links.filter((to) => to.startsWith('socket:')).length,
      children: descendants(pid).length,
      mounts: mounts.length,
      files:
        (await readdir(temporaryOf(this.#scratch), { recursive: true })).length +
        (await readdir(`${directory}/run`)).length,
      databaseMib: (await sizeOf(`${directory}/one.db`)) / 2 ** 20,
    };
  }

  /** While nothing goes on: a question to libvirt that is just being asked is not what lies about. */
  async atRest(): Promise<Look> {
    const looks: Look[] = [];
    for (let looked = 0; looked < LOOKS_AT_REST; looked++) {
      looks.push(await this.#look());
      await sleep(REST_MS);
    }
    const least = (name: Watched): number => Math.min(...looks.map((look) => look[name]));
    return Object.fromEntries(WATCHED.map((name) => [name, least(name)])) as Look;
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const atMs = Date.now();
      const look = await this.#look();
      for (const name of WATCHED) this.samples.get(name)?.push({ atMs, value: look[name] });
      await sleep(EVERY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined); // the end is asked for
    }
  }

  /** What is held of the heap when all garbage is gone. */
  async #heap(): Promise<number> {
    this.#asked += 1;
    process.kill(this.#cloud.daemonPid, 'SIGUSR2');
    for (;;) {
      const said = await readFile(memoryFileOf(this.#scratch), 'utf8').catch(() => '{}');
      const { asked = 0, heapUsed = 0 } = JSON.parse(said) as { asked?: number; heapUsed?: number };
      if (asked >= this.#asked) return heapUsed;
      await sleep(LOOK_MS);
    }
  }
}

/** The environment of a daemon that is watched. */
export function watched(scratch: string): Record<string, string> {
  return {
    TMPDIR: temporaryOf(scratch),
    ONEVAULT_MEMORY_FILE: memoryFileOf(scratch),
    NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${join(import.meta.dirname, 'memory.ts')}`,
  };
}

export const temporaryOf = (scratch: string): string => join(scratch, 'tmp');
const memoryFileOf = (scratch: string): string => join(scratch, 'memory.json');

async function linksOf(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  // one that was closed meanwhile is none
  return (await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))).filter(Boolean);
}

/** Ids of all processes that this one, or one of its children, has started. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const one of processesWhere(() => true)) {
    const parent = parentOf(one);
    parents.set(parent, [...(parents.get(parent) ?? []), one]);
  }
  const below = (of: number): number[] => (parents.get(of) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
