// Measures what a command or function costs the machine, its helpers included, and repeats named variants by turns.
//
// CPU is counted twice, so that nothing hides. `involvedSec` is what the processes used that have to do with it: this process
// and every program it started and waited for (the kernel adds those up in /proc/self/stat), plus the ones that are named (QEMU,
// libvirtd, a daemon), which nobody here waits for. `systemSec` is all that was not idle on the whole machine, kernel threads
// included: an upper bound, and the number to trust when nothing else runs there.
//
// Bytes are counted twice as well. `diskBytes` is what the disk that holds `path` was told to write by anybody, from one
// flush of that file system to the next (the flushes are not part of the wall time), journal included. `writtenBytes` is what
// the same processes as above dirtied; it is theirs alone, but knows nothing of journals, and counts other disks too.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { run, start } from '../../src/exec/exec.ts';
import { busySec, deviceNumber, diskWritten, peakRss, processSec, processWritten } from './procfs.ts';

const PEAK_EVERY_MS = 50;

export interface Command {
  argv: string[];
  env?: Record<string, string>;
  cwd?: string;
}

/** A command that must end with code 0 (its output is thrown away), or a function. */
export type Work = Command | (() => Promise<unknown>);

export interface MeasureOptions {
  /** A path on the disk whose writes are counted. */
  path?: string;
  /** Long-lived processes that do part of the work, by name. They must live until the work is done. */
  processes?: Record<string, number>;
}

export interface Measurement {
  wallSec: number;
  involvedSec: number;
  systemSec: number;
  /** CPU seconds of each named process; part of `involvedSec`. */
  processSec: Record<string, number>;
  /** Undefined without `path`, or when its file system is not on one local disk. */
  diskBytes: number | undefined;
  writtenBytes: number;
  /**
   * Peak resident bytes: of each named process, of `self` (this process), and of `command`: the largest single process among
   * the command and its descendants, looked at every 50 ms, so one that lives shorter may be missed.
   */
  peakRssBytes: Record<string, number>;
}

export interface Variant {
  name: string;
  work: Work;
  /** Undone or prepared outside the measurement, before each run. May tell processes that only then exist. */
  before?: () => Promise<MeasureOptions | undefined>;
  after?: () => Promise<void>;
}

interface Counters {
  own: number;
  named: Record<string, number>;
  system: number;
  written: number;
}

/** Does the work once. Rejects with the work's error; there is no measurement of a failure. */
export async function measure(work: Work, options: MeasureOptions = {}): Promise<Measurement> {
  const { path, processes = {} } = options;
  const diskBefore = await flushedWrites(path);
  for (const pid of [process.pid, ...Object.values(processes)]) forgetPeak(pid);
  const before = counters(processes);
  const from = performance.now();
  const commandPeak = await perform(work);
  const wallSec = (performance.now() - from) / 1000;
  const after = counters(processes);
  const diskAfter = await flushedWrites(path);
  const perProcess = mapValues(processes, (_, name) => (after.named[name] ?? 0) - (before.named[name] ?? 0));
  const peaks = mapValues({ self: process.pid, ...processes }, (pid) => peakRss(proc(pid, 'status')));
  return {
    wallSec,
    involvedSec: after.own - before.own + sum(Object.values(perProcess)),
    systemSec: after.system - before.system,
    processSec: perProcess,
    diskBytes: diskBefore === undefined || diskAfter === undefined ? undefined : diskAfter - diskBefore,
    writtenBytes: after.written - before.written,
    peakRssBytes: commandPeak === undefined ? peaks : { ...peaks, command: commandPeak },
  };
}

/**
 * Runs every variant `rounds` times, by turns and in a rotating order, so that a machine that gets slower or warmer does so
 * for all of them. Measurements by variant name, in order of rounds.
 */
export async function alternate(
  variants: readonly Variant[],
  rounds: number,
  done: (name: string, round: number, measurement: Measurement) => void = () => undefined,
): Promise<Map<string, Measurement[]>> {
  const results = new Map<string, Measurement[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of rotated(variants, round)) {
      const measurement = await once(variant);
      results.get(variant.name)?.push(measurement);
      done(variant.name, round, measurement);
    }
  }
  return results;
}

/** The same list, begun `by` places later. */
export function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** What the machine is, to stand beside its numbers. */
export function machine(): { cpu: string; cpus: number; memoryMb: number; kernel: string; node: string } {
  const kernel = proc('sys/kernel', 'osrelease').trim();
  const cpu = cpus()[0]?.model ?? 'unknown';
  return { cpu, cpus: cpus().length, memoryMb: Math.round(totalmem() / 2 ** 20), kernel, node: process.version };
}

async function once(variant: Variant): Promise<Measurement> {
  const options = await variant.before?.();
  try {
    return await measure(variant.work, options);
  } finally {
    await variant.after?.();
  }
}

/** The command's peak resident bytes, undefined for a function. */
async function perform(work: Work): Promise<number | undefined> {
  if (typeof work === 'function') {
    await work();
    return undefined;
  }
  const { argv, ...options } = work;
  const running = start(argv, options);
  running.stdout.resume();
  let peak = 0;
  const look = (): void =>
    void (peak = Math.max(peak, ...descendants(running.pid).map((pid) => peakRss(proc(pid, 'status')))));
  const timer = setInterval(look, PEAK_EVERY_MS);
  look();
  const exit = await running.exit.finally(() => clearInterval(timer));
  if (exit.code !== 0) throw new Error(`${argv[0]} ended with code ${exit.code}: ${exit.stderr.trim()}`);
  return peak;
}

function counters(processes: Record<string, number>): Counters {
  return {
    own: processSec(proc('self', 'stat')),
    named: mapValues(processes, (pid) => processSec(proc(pid, 'stat'))),
    system: busySec(readFileSync('/proc/stat', 'utf8')),
    written: sum(['self', ...Object.values(processes)].map((pid) => processWritten(proc(pid, 'io')))),
  };
}

async function flushedWrites(path: string | undefined): Promise<number | undefined> {
  if (path === undefined) return undefined;
  await run(['sync', '-f', path]);
  const { major, minor } = deviceNumber(statSync(path).dev);
  return diskWritten(readFileSync('/proc/diskstats', 'utf8'), major, minor);
}

function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // not allowed or gone: then its peak is the one of its whole life
  }
}

function descendants(pid: number): number[] {
  const children = proc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(descendants)];
}

/** Empty for what has ended or may not be seen. */
function proc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function mapValues<Value>(
  of: Record<string, number>,
  to: (value: number, name: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, to(value, name)]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
