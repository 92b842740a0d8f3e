// Records of runs, found by their own id or by VM.
import type { Operation } from '../model/operation.ts';
import { addCharges, removeCharges, type Db } from './pool.ts';
import type { OperationRow } from './schema.ts';
import type { Operations } from './store.ts';

export class SqlOperations implements Operations {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async add(operation: Operation): Promise<void> {
    await this.#db.insertInto('operation').values(rowOf(operation)).execute();
    const { reserved } = operation;
    if (reserved) await addCharges(this.#db, 'operation', operation.id, reserved, reserved.charges);
  }

  async save(operation: Operation): Promise<void> {
    await this.#db.updateTable('operation').set(rowOf(operation)).where('id', '=', operation.id).execute();
    if (operation.reserved && operation.result !== 'running') await removeCharges(this.#db, 'operation', operation.id);
  }

  async reserve(operation: Operation): Promise<void> {
    await this.save(operation);
    await removeCharges(this.#db, 'operation', operation.id);
    const { reserved } = operation;
    if (reserved) await addCharges(this.#db, 'operation', operation.id, reserved, reserved.charges);
  }

  async find(id: string): Promise<Operation | undefined> {
    const row = await this.#db.selectFrom('operation').select('body').where('id', '=', id).executeTakeFirst();
    return row && operationOf(row);
  }

  async running(): Promise<Operation[]> {
    const rows = await this.#db.selectFrom('operation').select('body').where('result', '=', 'running').execute();
    return rows.map(operationOf);
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

function rowOf(operation: Operation): OperationRow {
  return {
    id: operation.id,
    vm_id: operation.vmId,
    kind: operation.kind,
    job_id: operation.asked?.by === 'job' ? operation.asked.jobId : -1,
    result: operation.result,
    started_at: operation.startedAt,
    body: JSON.stringify(operation),
  };
}

function operationOf(row: { body: string }): Operation {
  return JSON.parse(row.body) as Operation;
}
