// What a private PostgreSQL server has done so far: transactions, rows, and the CPU time of its processes.
import { readdirSync, readFileSync } from 'node:fs';
import type { PostgresServer } from '../integration/postgres-server.ts';
import { processSec } from '../bench/procfs.ts';

export interface DatabaseLoad {
  transactions: number;
  /** Rows that were read from tables and indexes. */
  rowsRead: number;
  rowsWritten: number;
  cpuSec: number;
}

export async function databaseLoad(server: PostgresServer): Promise<DatabaseLoad> {
  const [row = {}] = await server.sql(
    `select sum(xact_commit + xact_rollback) as transactions, sum(tup_returned) as read,
       sum(tup_inserted + tup_updated + tup_deleted) as written from pg_stat_database where datname like 'one%'`,
  );
  const { transactions, read, written } = row;
  return {
    ...{ transactions: Number(transactions), rowsRead: Number(read), rowsWritten: Number(written) },
    cpuSec: cpuSec(server.directory),
  };
}

/** Of the server with those of its processes that have ended, and of those that live. */
function cpuSec(directory: string): number {
  const [pid = ''] = readFileSync(`${directory}/data/postmaster.pid`, 'utf8').split('\n');
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [pid, ...children].reduce((sum, one) => sum + processSec(statOf(one)), 0);
}

function parentOf(pid: string): string {
  const stat = statOf(pid);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

export function loadBetween(before: DatabaseLoad, after: DatabaseLoad): DatabaseLoad {
  return {
    transactions: after.transactions - before.transactions,
    rowsRead: after.rowsRead - before.rowsRead,
    rowsWritten: after.rowsWritten - before.rowsWritten,
    cpuSec: after.cpuSec - before.cpuSec,
  };
}
