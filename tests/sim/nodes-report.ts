// What a simulated day of several nodes showed, as a table for people and one line of JSON at the end.
import { median } from '../bench/report.ts';
import type { DatabaseLoad } from './database-load.ts';

export interface Setting {
  nodes: number;
  hosts: number;
  vms: number;
}

export interface Day {
  /** Backups that become due. */
  due: number;
  counted: { begun: number; done: number; failed: number; refused: number };
  /** Milliseconds of each look. */
  ticks: number[];
  /** What each step of the simulation took, and how many backups began in it. */
  steps: Array<{ sec: number; begun: number }>;
  atOnce: number;
  breaches: string[];
  /** Seconds from when a backup was due until it began. */
  waits: number[];
  starved: number;
  /** Milliseconds of calls. */
  latencies: { info: number[]; list: number[]; status: number[] };
  wallSec: number;
  /** Seconds of the day that were reached. */
  reachedSec: number;
  database: DatabaseLoad;
}

export function report({ nodes, hosts, vms }: Setting, day: Day): void {
  const { counted, ticks, latencies, database, steps, wallSec } = day;
  const busy = steps.filter(({ begun }) => begun > 0);
  const busySec = busy.reduce((sum, { sec }) => sum + sec, 0);
  const best = steps.filter(({ begun }) => begun >= 20).map(({ begun, sec }) => begun / sec);
  const two = (of: readonly number[]): string => `${round(median(of))} / ${round(quantile(of, 0.99))}`;
  const figures = {
    'hours of the day': round(day.reachedSec / 3600),
    'minutes it took': round(wallSec / 60),
    'backups due / begun / done': `${day.due} / ${counted.begun} / ${counted.done}`,
    'failed / refused': `${counted.failed} / ${counted.refused}`,
    'most at once': day.atOnce,
    'look, median / p99 (ms)': two(ticks),
    'begun per second of work': round(counted.begun / busySec),
    'the same, best step': round(Math.max(0, ...best)),
    'waited, median / p99 (min)': two(day.waits.map((sec) => sec / 60)),
    'transactions per second': round(database.transactions / wallSec),
    'transactions per backup': round(database.transactions / counted.begun),
    'rows read per backup': Math.round(database.rowsRead / counted.begun),
    'CPU of PostgreSQL per backup (ms)': round((1000 * database.cpuSec) / counted.begun),
    'one VM, median / p99 (ms)': two(latencies.info),
    'a page of VMs, median / p99 (ms)': two(latencies.list),
    'status of all, median / p99 (ms)': two(latencies.status),
    starved: day.starved,
    'limits passed': day.breaches.length,
  };
  console.log('');
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(36)}${value}`);
  for (const breach of day.breaches.slice(0, 10)) console.log(`  ${breach}`);
  console.log('');
  console.log(
    JSON.stringify({
      ...{ bench: 'sim-nodes', nodes, hosts, vms, begun: counted.begun, hours: round(day.reachedSec / 3600) },
      ...{ tick_median_ms: round(median(ticks)), tick_p99_ms: round(quantile(ticks, 0.99)) },
      begun_per_sec: round(counted.begun / busySec),
      transactions_per_sec: round(database.transactions / wallSec),
      database_cpu_ms_per_backup: round((1000 * database.cpuSec) / counted.begun),
      info_p99_ms: round(quantile(latencies.info, 0.99)),
      list_p99_ms: round(quantile(latencies.list, 0.99)),
      status_p99_ms: round(quantile(latencies.status, 0.99)),
      ...{ starved: day.starved, limit_breaches: day.breaches.length },
    }),
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
