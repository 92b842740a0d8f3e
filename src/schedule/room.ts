// Whether there is room for one more backup: in all, on its host, in its datastore and on its network. Pure.
import { networkOf, type Rules } from './places.ts';

/** Backups that are under way, those of all control nodes. */
export interface Taken {
  total: number;
  byHost: Map<number, number>;
  byDatastore: Map<number, number>;
  /** By name. */
  byNetwork: Map<string, number>;
}

/** Where a backup would be taken from and stored. */
export interface Where {
  hostId: number;
  datastoreId: number;
}

export const nothingTaken = (): Taken => ({
  total: 0,
  byHost: new Map(),
  byDatastore: new Map(),
  byNetwork: new Map(),
});

/** Counts some more. */
export function occupy(taken: Taken, { hostId, datastoreId }: Where, rules: Rules, count = 1): void {
  taken.total += count;
  add(taken.byHost, hostId, count);
  add(taken.byDatastore, datastoreId, count);
  const network = networkOf(rules, hostId);
  if (network) add(taken.byNetwork, network.name, count);
}

function add<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** What there is no room in, in words; undefined when there is room everywhere. */
export function whatIsFull({ hostId, datastoreId }: Where, taken: Taken, rules: Rules): string | undefined {
  return hostIsFull(hostId, taken, rules) ?? datastoreIsFull(datastoreId, taken, rules) ?? cloudIsFull(taken, rules);
}

function hostIsFull(hostId: number, { byHost, byNetwork }: Taken, rules: Rules): string | undefined {
  const own = rules.hosts.get(hostId)?.maxBackups;
  const most = own ?? rules.limits.maxBackupsHost;
  const onHost = byHost.get(hostId) ?? 0;
  if (most > 0 && onHost >= most) {
    const limit = own === undefined ? `MAX_BACKUPS_HOST is ${most}` : `its MAX_BACKUPS is ${most}`;
    return `${backups(onHost)} on host ${hostId}, and ${limit}`;
  }
  const network = networkOf(rules, hostId);
  const onNetwork = byNetwork.get(network?.name ?? '') ?? 0;
  if (!network || network.maxBackups === 0 || onNetwork < network.maxBackups) return undefined;
  return `${backups(onNetwork)} over network ${network.name}, and its MAX_BACKUPS is ${network.maxBackups}`;
}

function datastoreIsFull(datastoreId: number, { byDatastore }: Taken, { datastores }: Rules): string | undefined {
  const most = datastores.get(datastoreId)?.maxBackups ?? 0;
  const there = byDatastore.get(datastoreId) ?? 0;
  if (most === 0 || there < most) return undefined;
  return `${backups(there)} to datastore ${datastoreId}, and its MAX_BACKUPS is ${most}`;
}

function cloudIsFull({ total }: Taken, { limits: { maxBackups } }: Rules): string | undefined {
  return maxBackups > 0 && total >= maxBackups ? `${total} backups run, and MAX_BACKUPS is ${maxBackups}` : undefined;
}

function backups(count: number): string {
  return count === 1 ? '1 backup runs' : `${count} backups run`;
}
