// Runs chosen by what stands beside their records, and sums over them: whoever draws months of them reads no record.
import { sql, type RawBuilder, type SelectQueryBuilder } from 'kysely';
import { visibleIds } from './pool.ts';
import type { Schema } from './schema.ts';
import type { RunSums } from '../model/run-figures.ts';
import type { Db } from './steps.ts';
import type { RunFilter } from './store.ts';

export type RunQuery<O> = SelectQueryBuilder<Schema, 'operation', O>;

export function narrowed<O>(db: Db, query: RunQuery<O>, filter: RunFilter): RunQuery<O> {
  const { vms, vmId, jobId, datastoreId, kinds, results, fromMs, untilMs } = filter;
  let found = query;
  if (vmId !== undefined) found = found.where('vm_id', '=', vmId);
  if (jobId !== undefined) found = found.where('job_id', '=', jobId);
  if (datastoreId !== undefined) found = found.where('datastore_id', '=', datastoreId);
  if (kinds !== undefined) found = found.where('kind', 'in', [...kinds]);
  if (results !== undefined) found = found.where('result', 'in', [...results]);
  if (fromMs !== undefined) found = found.where('started_at', '>=', fromMs);
  if (untilMs !== undefined) found = found.where('started_at', '<', untilMs);
  const visible = vms?.visible;
  if (!visible || visible.all) return found;
  return found.where('vm_id', 'in', visibleIds(db, 'vm_pool', visible, vms.clusterLink));
}

const well = (column: string): RawBuilder<number | string> =>
  sql<number | string>`sum(CASE WHEN result = 'done' THEN ${sql.ref(column)} ELSE 0 END)`;
const counted = (result: string): RawBuilder<number | string> =>
  sql<number | string>`sum(CASE WHEN result = ${result} THEN 1 ELSE 0 END)`;

/** By a whole number that `key` makes of each run; with `most`, those that stored most. */
export async function sumsBy(
  db: Db,
  filter: RunFilter,
  key: RawBuilder<number | string>,
  most?: number,
): Promise<Map<number, RunSums>> {
  const query = narrowed(db, db.selectFrom('operation').select(key.as('key')), filter)
    .select([
      counted('done').as('done'),
      counted('failed').as('failed'),
      counted('cancelled').as('cancelled'),
      counted('running').as('running'),
      well('took_ms').as('tookMs'),
      sql<number | string>`max(CASE WHEN result = 'done' THEN took_ms ELSE 0 END)`.as('longestMs'),
      well('read_bytes').as('readBytes'),
      well('sent_bytes').as('sentBytes'),
      well('stored_bytes').as('storedBytes'),
      sql<number | string>`max(started_at)`.as('lastMs'),
    ])
    .groupBy('key');
  const ordered = most === undefined ? query.orderBy('key') : query.orderBy('storedBytes', 'desc').orderBy('key');
  const rows = await (most === undefined ? ordered : ordered.limit(most)).execute();
  return new Map(
    rows.map((row) => [
      Number(row.key),
      {
        ...{ done: Number(row.done), failed: Number(row.failed), cancelled: Number(row.cancelled) },
        ...{ running: Number(row.running), tookMs: Number(row.tookMs), longestMs: Number(row.longestMs) },
        ...{ readBytes: Number(row.readBytes), sentBytes: Number(row.sentBytes) },
        ...{ storedBytes: Number(row.storedBytes), lastMs: Number(row.lastMs) },
      },
    ]),
  );
}
