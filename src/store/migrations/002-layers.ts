// Points of a backup are made of layers: what a point had of its one snapshot becomes its only layer. BACKUP_CONFIG gets its limit
// for freezing. Written for what the first schema kept, so it does not use today's types.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

interface Row {
  oid: number;
  body: string;
}

type Json = Record<string, unknown>;

export const layers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await rewrite(db, 'image_pool', (image) => {
      const points = image['points'] as Json[];
      image['points'] = points.map(withLayer);
      return points.length > 0;
    });
    await rewrite(db, 'vm_pool', (vm) => {
      const backups = vm['backups'] as { config: Json };
      backups.config = { ...backups.config, freezeLimitSec: 10, freezeFailure: 'FAIL' };
      return true;
    });
  },
};

function withLayer({ path, disks, ...point }: Json): Json {
  const { id, source, sizeMb } = point;
  const layer = { source, path, pointId: id, sizeMb, disks };
  return { ...point, layers: [layer], consistency: 'crash', tracker: '' };
}

/** Goes through a pool a few rows at a time; `change` says whether it did. */
export async function rewrite(db: Kysely<unknown>, table: string, change: (object: Json) => boolean): Promise<void> {
  for (let last = -1; ;) {
    const { rows } = await sql<Row>`
      SELECT oid, body FROM ${sql.table(table)} WHERE oid > ${last} ORDER BY oid LIMIT 200`.execute(db);
    for (const { oid, body } of rows) {
      const object = JSON.parse(body) as Json;
      if (!change(object)) continue;
      await sql`UPDATE ${sql.table(table)} SET body = ${JSON.stringify(object)} WHERE oid = ${oid}`.execute(db);
    }
    const end = rows.at(-1)?.oid;
    if (end === undefined) return;
    last = end;
  }
}
