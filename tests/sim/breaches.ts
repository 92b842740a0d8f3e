// Whether the backups that are under way, as the database has them, are more than some limit allows, or two are of one VM.
import type { SqlStore } from '../../src/store/sql-store.ts';
import { limitsOf, MAX_OF_HOST, rackOf } from './large-cloud.ts';

/** What passes a limit, in words. */
export async function breachesOf(store: SqlStore, hosts: number): Promise<{ atOnce: number; breaches: string[] }> {
  const limits = limitsOf(hosts);
  const taken = await store.operations.taken();
  const counts = new Map<string, { count: number; most: number }>();
  const add = (place: string, most: number, count: number): void => {
    const before = counts.get(place)?.count ?? 0;
    counts.set(place, { count: before + count, most });
  };
  for (const { hostId, datastoreId, count } of taken) {
    add('the cloud', limits.maxBackups, count);
    add(`host ${hostId}`, hostId % 10 === 0 ? MAX_OF_HOST : limits.maxBackupsHost, count);
    add(`datastore ${datastoreId}`, limits.ofDatastore, count);
    add(rackOf(hostId), limits.ofRack, count);
  }
  const breaches = [...counts].flatMap(([place, { count, most }]) =>
    count > most ? [`${count} at ${place}, which takes ${most}`] : [],
  );
  const twice = await store.db
    .selectFrom('operation')
    .select('vm_id')
    .where('busy_host', '>=', 0)
    .groupBy('vm_id')
    .having(({ fn, eb }) => eb(fn.countAll(), '>', 1))
    .execute();
  breaches.push(...twice.map(({ vm_id: vmId }) => `VM ${vmId} twice at once`));
  return { atOnce: counts.get('the cloud')?.count ?? 0, breaches };
}
