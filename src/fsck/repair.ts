// Makes anew what is derived from the objects and does not fit them. Objects themselves are never changed: what they should say is
// for a person to decide.
import { CODE, OneError } from '../model/errors.ts';
import type { Db } from '../store/steps.ts';
import { highestIds, wantedCharges, wantedDue } from './derived.ts';
import type { Subject } from './finding.ts';
import { keyOf, wantedLeases } from './leases.ts';
import type { Records } from './records.ts';

const BATCH = 500;

/** To be called in a transaction, with what was read in it and what was found wrong. */
export async function repair(db: Db, records: Records, subjects: ReadonlySet<Subject>): Promise<void> {
  if (records.damaged.length > 0) {
    throw new OneError(
      CODE.INTERNAL,
      'Nothing is repaired while a record cannot be read: what belongs to it would go.',
    );
  }
  if (subjects.has('columns')) await repairColumns(db, records);
  if (subjects.has('links')) await repairLinks(db, records);
  if (subjects.has('charges')) await repairCharges(db, records);
  if (subjects.has('due')) await repairDue(db, records);
  if (subjects.has('leases')) await repairLeases(db, records);
  if (subjects.has('ids')) await repairIds(db, records);
}

async function repairColumns(db: Db, { entries }: Records): Promise<void> {
  for (const { pool, oid, keys } of entries) await db.updateTable(pool).set(keys).where('oid', '=', oid).execute();
}

async function repairLinks(db: Db, { entries }: Records): Promise<void> {
  await db.deleteFrom('link').execute();
  const rows = entries.flatMap(({ oid, links }) => links.map((link) => ({ ...link, oid })));
  for (const batch of batches(rows)) await db.insertInto('link').values(batch).execute();
}

async function repairCharges(db: Db, records: Records): Promise<void> {
  await db.deleteFrom('charge').execute();
  const rows = [...wantedCharges(records).values()];
  for (const batch of batches(rows)) await db.insertInto('charge').values(batch).execute();
}

async function repairDue(db: Db, records: Records): Promise<void> {
  await db.deleteFrom('due').execute();
  for (const batch of batches(wantedDue(records))) await db.insertInto('due').values(batch).execute();
}

/** Addresses that are held back stay; one that two NICs say they have stays with the first. */
async function repairLeases(db: Db, records: Records): Promise<void> {
  const { wanted } = wantedLeases(records);
  const held = records.leases.filter(({ vm, vnetId, arId, index }) => {
    const range = records.vnets.get(vnetId)?.ranges.find(({ id }) => id === arId);
    return vm === -1 && range !== undefined && index < range.size;
  });
  const taken = new Map<string, Records['leases'][number]>();
  for (const lease of [...held, ...wanted.values()]) {
    const place = keyOf({ ...lease, vm: 0, nicId: 0 });
    if (!taken.has(place)) taken.set(place, lease);
  }
  await db.deleteFrom('lease').execute();
  for (const batch of batches([...taken.values()])) {
    const rows = batch.map(({ vnetId, arId, index, vm, nicId }) => ({
      ...{ vnet_id: vnetId, ar_id: arId, position: index, vm_id: vm, nic_id: nicId },
    }));
    await db.insertInto('lease').values(rows).execute();
  }
}

async function repairIds(db: Db, { entries, lastIds }: Records): Promise<void> {
  for (const [pool, id] of highestIds(entries)) {
    if ((lastIds.get(pool) ?? -1) >= id) continue;
    await db
      .insertInto('pool_control')
      .values({ pool, last_oid: id })
      .onConflict((conflict) => conflict.column('pool').doUpdateSet({ last_oid: id }))
      .execute();
  }
}

function batches<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, n) => rows.slice(n * BATCH, (n + 1) * BATCH));
}
