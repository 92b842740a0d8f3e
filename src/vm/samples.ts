// What guests and hosts were seen to use: rates made of two readings, when a record is worth rewriting, and the last hour in
// memory. Nothing here is kept over a restart but what the VMs' records say. Pure but for what it remembers.
import type { DomainStats } from '../hypervisor/hypervisor.ts';
import { text, type Attributes } from '../model/attributes.ts';

/** Figures of one moment. */
export interface Sample<F> {
  /** Epoch seconds. */
  at: number;
  figures: F;
}

/** What a host was seen to have left and to use: hundredths of a core, KiB. */
export interface HostUse {
  freeCpu: number;
  freeMemKb: number;
  usedCpu: number;
  usedMemKb: number;
}

/** Samples kept of each VM and each host: an hour, taken twice a minute. */
const KEPT = 120;

export class Samples<F> {
  readonly #byId = new Map<number, Array<Sample<F>>>();

  add(id: number, sample: Sample<F>): void {
    const known = this.#byId.get(id) ?? [];
    known.push(sample);
    if (known.length > KEPT) known.shift();
    this.#byId.set(id, known);
  }

  /** Oldest first, from that second on. */
  of(id: number, fromSec = 0): ReadonlyArray<Sample<F>> {
    return (this.#byId.get(id) ?? []).filter(({ at }) => at >= fromSec);
  }

  last(id: number): Sample<F> | undefined {
    return this.#byId.get(id)?.at(-1);
  }

  /** Forgets all others. */
  keepOnly(ids: ReadonlySet<number>): void {
    for (const id of this.#byId.keys()) if (!ids.has(id)) this.#byId.delete(id);
  }
}

export interface Reading {
  /** Epoch milliseconds. */
  atMs: number;
  stats: DomainStats;
}

/** CPU is in percent of one core, over the time since the reading before; 0 for a first one. */
export function figuresOf(before: Reading | undefined, now: Reading): Attributes {
  const { stats } = now;
  const elapsedNs = (now.atMs - (before?.atMs ?? now.atMs)) * 1e6;
  const usedNs = stats.cpuTimeNs - (before?.stats.cpuTimeNs ?? stats.cpuTimeNs);
  // a guest that was started anew counts from 0 again
  const percent = elapsedNs > 0 && usedNs > 0 ? (100 * usedNs) / elapsedNs : 0;
  return [
    ['CPU', percent.toFixed(2)],
    ['DISKRDBYTES', String(stats.diskReadBytes)],
    ['DISKWRBYTES', String(stats.diskWriteBytes)],
    ['MEMORY', String(stats.memoryKb)],
    ['NETRX', String(stats.netRxBytes)],
    ['NETTX', String(stats.netTxBytes)],
  ];
}

/** By how much a figure may differ from what the record says before that is written anew. */
const SLACK: Record<string, number> = {
  CPU: 5,
  MEMORY: 4096,
  NETRX: 2 ** 20,
  NETTX: 2 ** 20,
  DISKRDBYTES: 16 * 2 ** 20,
  DISKWRBYTES: 16 * 2 ** 20,
};
/** After this many seconds any difference is written. */
const STALE_SEC = 600;

export function worthWriting(known: Attributes, fresh: Attributes, sinceSec: number): boolean {
  const slack = sinceSec >= STALE_SEC ? 0 : 1;
  return fresh.some(([name, value]) => {
    const before = text(known, name);
    return before === undefined || Math.abs(Number(value) - Number(before)) > slack * (SLACK[name] ?? 0);
  });
}
