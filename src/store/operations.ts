// Records of runs, found by their own id or by VM.
import { sql } from 'kysely';
import type { Operation } from '../model/operation.ts';
import { addCharges, removeCharges } from './pool.ts';
import { narrowed, sumsBy } from './run-sums.ts';
import type { OperationRow } from './schema.ts';
import type { RunSums } from '../model/run-figures.ts';
import type { Db, Steps } from './steps.ts';
import type { Operations, RunFilter, TakenPlaces } from './store.ts';

export class SqlOperations implements Operations {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  get #db(): Db {
    return this.#steps.db;
  }

  async add(operation: Operation): Promise<void> {
    const row = rowOf(operation);
    await this.#steps.run('one', keyOf(operation), async ({ db }) => {
      await db.insertInto('operation').values(row).execute();
      await addReserved(db, operation);
    });
  }

  async save(operation: Operation): Promise<void> {
    const row = rowOf(operation); // as it is now: it goes on changing
    const running = operation.result === 'running';
    await this.#steps.run('one', keyOf(operation), async ({ db }) => {
      const update = db.updateTable('operation').set(row).where('id', '=', row.id);
      // progress that is late does not undo an end
      await (running ? update.where('result', '=', 'running') : update).execute();
      if (!running && operation.reserved) await removeCharges(db, 'operation', row.id);
    });
  }

  async reserve(operation: Operation): Promise<void> {
    await this.#steps.run('one', keyOf(operation), async (step) => {
      await new SqlOperations(step).save(operation);
      await removeCharges(step.db, 'operation', operation.id);
      await addReserved(step.db, operation);
    });
  }

  async find(id: string): Promise<Operation | undefined> {
    const row = await this.#db.selectFrom('operation').select('body').where('id', '=', id).executeTakeFirst();
    return row && operationOf(row);
  }

  async running(): Promise<Operation[]> {
    const rows = await this.#db.selectFrom('operation').select('body').where('result', '=', 'running').execute();
    return rows.map(operationOf);
  }

  async taken(): Promise<TakenPlaces[]> {
    const rows = await this.#db
      .selectFrom('operation')
      .select(['busy_host', 'datastore_id', sql<number | string>`count(*)`.as('count')])
      .where('busy_host', '>=', 0)
      .groupBy(['busy_host', 'datastore_id'])
      .execute();
    return rows.map(({ busy_host: hostId, datastore_id: datastoreId, count }) => ({
      ...{ hostId, datastoreId },
      count: Number(count),
    }));
  }

  async recent(limit: number): Promise<Operation[]> {
    const rows = await this.#db
      .selectFrom('operation')
      .select('body')
      .orderBy('started_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map(operationOf);
  }

  async history(filter: RunFilter, { offset, limit }: { offset: number; limit: number }): Promise<Operation[]> {
    const rows = await narrowed(this.#db, this.#db.selectFrom('operation').select('body'), filter)
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return rows.map(operationOf);
  }

  sumsByTime(filter: RunFilter, pieceMs: number): Promise<Map<number, RunSums>> {
    return sumsBy(this.#db, filter, sql<number | string>`started_at / ${sql.lit(pieceMs)}`);
  }

  sumsByVm(filter: RunFilter, most: number): Promise<Map<number, RunSums>> {
    return sumsBy(this.#db, filter, sql<number | string>`vm_id`, most);
  }

  ofVm(vmId: number, limit: number): Promise<Operation[]> {
    return this.#newest('vm_id', vmId, limit);
  }

  ofJob(jobId: number, limit: number): Promise<Operation[]> {
    return this.#newest('job_id', jobId, limit);
  }

  async notMadeGood(sinceMs: number): Promise<Operation[]> {
    const ended = this.#db
      .selectFrom('operation')
      .select(({ fn }) => [
        'body',
        'result',
        'started_at',
        fn
          .agg<number>('row_number')
          .over((window) => window.partitionBy(['vm_id', 'kind']).orderBy('started_at', 'desc'))
          .as('place'),
      ])
      .where('started_at', '>=', sinceMs)
      .where('result', 'in', ['done', 'failed']);
    const rows = await this.#db
      .selectFrom(ended.as('ended'))
      .select('body')
      .where('place', '=', 1)
      .where('result', '=', 'failed')
      .orderBy('started_at', 'desc')
      .execute();
    return rows.map(operationOf);
  }

  async #newest(column: 'vm_id' | 'job_id', id: number, limit: number): Promise<Operation[]> {
    const rows = await this.#db
      .selectFrom('operation')
      .select('body')
      .where(column, '=', id)
      .orderBy('started_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map(operationOf);
  }
}

function keyOf({ id }: Operation): string {
  return `operation ${id}`;
}

async function addReserved(db: Db, { id, reserved }: Operation): Promise<void> {
  if (reserved) await addCharges(db, 'operation', id, reserved, reserved.charges);
}

function rowOf(operation: Operation): OperationRow {
  const { startedAt, begunAt, endedAt, figures } = operation;
  return {
    id: operation.id,
    vm_id: operation.vmId,
    kind: operation.kind,
    job_id: operation.asked?.by === 'job' ? operation.asked.jobId : -1,
    result: operation.result,
    started_at: startedAt,
    body: JSON.stringify(operation),
    datastore_id: operation.datastoreId,
    busy_host: busyHostOf(operation),
    ended_at: endedAt,
    took_ms: endedAt === 0 ? 0 : Math.max(0, endedAt - (begunAt ?? startedAt)),
    read_bytes: figures?.readBytes ?? 0,
    sent_bytes: figures?.processedBytes ?? 0,
    stored_bytes: figures?.storedBytes ?? 0,
    node: operation.node ?? '',
  };
}

/** The host that a backup takes a place of: one that waits takes none, nor do other kinds. */
function busyHostOf({ kind, result, type, hostId }: Operation): number {
  return kind === 'backup' && result === 'running' && type !== undefined ? hostId : -1;
}

function operationOf(row: { body: string }): Operation {
  return JSON.parse(row.body) as Operation;
}
