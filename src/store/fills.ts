// How full datastores were: an entry an hour, as far back as anybody looks.
import type { FillRow } from './schema.ts';
import type { Fill } from '../model/datastore.ts';
import type { Db, Steps } from './steps.ts';
import type { Fills } from './store.ts';

const HOUR_SEC = 3600;
const KEPT_SEC = 400 * 86_400;

export class SqlFills implements Fills {
  readonly #steps: Steps;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  get #db(): Db {
    return this.#steps.db;
  }

  async note(datastoreId: number, { atSec, totalMb, freeMb, usedMb }: Fill): Promise<void> {
    const at = atSec - (atSec % HOUR_SEC);
    const now = { total_mb: totalMb, free_mb: freeMb, used_mb: usedMb };
    await this.#steps.run('one', keyOf(datastoreId), async ({ db }) => {
      await db
        .insertInto('datastore_fill')
        .values({ datastore_id: datastoreId, at, ...now })
        .onConflict((conflict) => conflict.columns(['datastore_id', 'at']).doUpdateSet(now))
        .execute();
      await db
        .deleteFrom('datastore_fill')
        .where('datastore_id', '=', datastoreId)
        .where('at', '<', at - KEPT_SEC)
        .execute();
    });
  }

  async since(datastoreId: number, fromSec: number): Promise<Fill[]> {
    const rows = await this.#db
      .selectFrom('datastore_fill')
      .selectAll()
      .where('datastore_id', '=', datastoreId)
      .where('at', '>=', fromSec)
      .orderBy('at')
      .execute();
    return rows.map(fillOf);
  }

  async all(fromSec: number): Promise<Map<number, Fill[]>> {
    const rows = await this.#db
      .selectFrom('datastore_fill')
      .selectAll()
      .where('at', '>=', fromSec)
      .orderBy('datastore_id')
      .orderBy('at')
      .execute();
    const found = new Map<number, Fill[]>();
    for (const row of rows) found.set(row.datastore_id, [...(found.get(row.datastore_id) ?? []), fillOf(row)]);
    return found;
  }

  async forget(datastoreId: number): Promise<void> {
    await this.#steps.run('one', keyOf(datastoreId), async ({ db }) => {
      await db.deleteFrom('datastore_fill').where('datastore_id', '=', datastoreId).execute();
    });
  }
}

function keyOf(datastoreId: number): string {
  return `fill ${datastoreId}`;
}

function fillOf({ at, total_mb: totalMb, free_mb: freeMb, used_mb: usedMb }: FillRow): Fill {
  return { atSec: at, totalMb, freeMb, usedMb };
}
