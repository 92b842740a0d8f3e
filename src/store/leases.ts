// Addresses of virtual networks that are in use: one row each, so that an address cannot be given twice.
import type { Lease } from '../model/vnet.ts';
import { CODE, OneError } from '../model/errors.ts';
import { changeOf } from './changes.ts';
import type { LeaseRow } from './schema.ts';
import type { Db, Steps } from './steps.ts';
import type { Leases } from './store.ts';

export class SqlLeases implements Leases {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  get #db(): Db {
    return this.#steps.db;
  }

  async take(lease: Lease): Promise<void> {
    await this.#steps.run('one', keyOf(lease), async (step) => {
      for (;;) {
        const { numInsertedOrUpdatedRows: taken } = await step.db
          .insertInto('lease')
          .values(rowOf(lease))
          .onConflict((conflict) => conflict.columns(['vnet_id', 'ar_id', 'position']).doNothing())
          .executeTakeFirst();
        if (taken === 1n) return noteNetwork(step, lease.vnetId);
        const holder = await new SqlLeases(step).find(lease.vnetId, lease.arId, lease.index);
        if (!holder) continue; // it was given back meanwhile
        const by = holder.vm === -1 ? 'held' : `used by VM ${holder.vm}`;
        throw new OneError(CODE.ACTION, `Address ${lease.index} of range ${lease.arId} is ${by}.`);
      }
    });
  }

  async firstFree(vnetId: number, arId: number, size: number): Promise<number | undefined> {
    const taken = await this.#db
      .selectFrom('lease')
      .select('position')
      .where('vnet_id', '=', vnetId)
      .where('ar_id', '=', arId)
      .orderBy('position')
      .execute();
    const gap = taken.findIndex(({ position }, index) => position !== index);
    const free = gap === -1 ? taken.length : gap;
    return free < size ? free : undefined;
  }

  async find(vnetId: number, arId: number, index: number): Promise<Lease | undefined> {
    const row = await this.#at(vnetId, arId, index).executeTakeFirst();
    return row && leaseOf(row);
  }

  async ofVnet(vnetId: number): Promise<Lease[]> {
    const rows = await this.#db
      .selectFrom('lease')
      .selectAll()
      .where('vnet_id', '=', vnetId)
      .orderBy('ar_id')
      .orderBy('position')
      .execute();
    return rows.map(leaseOf);
  }

  async ofVm(vmId: number): Promise<Lease[]> {
    const rows = await this.#db.selectFrom('lease').selectAll().where('vm_id', '=', vmId).orderBy('nic_id').execute();
    return rows.map(leaseOf);
  }

  async counts(): Promise<Map<number, number>> {
    const rows = await this.#db
      .selectFrom('lease')
      .select(({ fn }) => ['vnet_id', fn.countAll<number | string>().as('count')])
      .groupBy('vnet_id')
      .execute();
    return new Map(rows.map((row) => [row.vnet_id, Number(row.count)]));
  }

  async free(vnetId: number, arId: number, index: number): Promise<void> {
    await this.#steps.run('one', keyOf({ vnetId, arId, index }), async (step) => {
      await step.db
        .deleteFrom('lease')
        .where('vnet_id', '=', vnetId)
        .where('ar_id', '=', arId)
        .where('position', '=', index)
        .execute();
      noteNetwork(step, vnetId);
    });
  }

  async freeVm(vmId: number, nicId?: number): Promise<void> {
    await this.#steps.run('one', undefined, async (step) => {
      let query = step.db.deleteFrom('lease').where('vm_id', '=', vmId);
      if (nicId !== undefined) query = query.where('nic_id', '=', nicId);
      const freed = await query.returning('vnet_id').execute();
      for (const vnetId of new Set(freed.map((row) => row.vnet_id))) noteNetwork(step, vnetId);
    });
  }

  #at(vnetId: number, arId: number, index: number) {
    return this.#db
      .selectFrom('lease')
      .selectAll()
      .where('vnet_id', '=', vnetId)
      .where('ar_id', '=', arId)
      .where('position', '=', index);
  }
}

/** A network is shown with its addresses. */
function noteNetwork(step: Steps, id: number): void {
  step.note(changeOf('vnets', { id }));
}

/** Of one address, what was asked for first is done first. */
function keyOf({ vnetId, arId, index }: Pick<Lease, 'vnetId' | 'arId' | 'index'>): string {
  return `lease ${vnetId} ${arId} ${index}`;
}

function rowOf({ vnetId, arId, index, vm, nicId }: Lease): LeaseRow {
  return { vnet_id: vnetId, ar_id: arId, position: index, vm_id: vm, nic_id: nicId };
}

function leaseOf(row: LeaseRow): Lease {
  return { vnetId: row.vnet_id, arId: row.ar_id, index: row.position, vm: row.vm_id, nicId: row.nic_id };
}
