// What can be summed up from what objects say: lists of members, shares of hosts, usage of quotas. Nothing here is kept.
import { sql } from 'kysely';
import type { HostShare } from '../model/host.ts';
import type { QuotaKind } from '../model/quota.ts';
import type { LinkKind } from './nouns.ts';
import type { Db } from './steps.ts';
import type { Links, Usage, Usages } from './store.ts';

export class SqlLinks implements Links {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async of(kind: LinkKind, target: number): Promise<number[]> {
    const rows = await this.#db
      .selectFrom('link')
      .select('oid')
      .where('kind', '=', kind)
      .where('target', '=', target)
      .orderBy('oid')
      .execute();
    return rows.map(({ oid }) => oid);
  }

  async all(kind: LinkKind): Promise<Map<number, number[]>> {
    const rows = await this.#db
      .selectFrom('link')
      .select(['target', 'oid'])
      .where('kind', '=', kind)
      .orderBy('target')
      .orderBy('oid')
      .execute();
    const found = new Map<number, number[]>();
    for (const { target, oid } of rows) {
      const known = found.get(target);
      if (known) known.push(oid);
      else found.set(target, [oid]);
    }
    return found;
  }

  async from(kind: LinkKind, ids: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.#db
      .selectFrom('link')
      .select(['target', 'oid'])
      .where('kind', '=', kind)
      .where('oid', 'in', ids)
      .orderBy('target')
      .execute();
    return new Map(rows.map(({ oid, target }) => [oid, target]));
  }

  async hostShares(): Promise<Map<number, HostShare>> {
    const rows = await this.#db
      .selectFrom('link')
      .innerJoin('charge', (join) => join.on('charge.oid', '=', sql`CAST(link.oid AS varchar(32))`))
      .where('link.kind', '=', 'vm-host')
      .where('charge.pool', '=', 'vm_pool')
      .where('charge.kind', '=', 'VM')
      .where('metric', 'in', ['CPU', 'MEMORY', 'VMS'])
      .select(({ fn }) => ['link.target as host', 'metric', fn.sum<number | string>('amount').as('amount')])
      .groupBy(['link.target', 'metric'])
      .execute();
    const found = new Map<number, HostShare>();
    for (const { host, metric, amount } of rows) {
      const share = found.get(host) ?? { cpu: 0, memoryMb: 0, vms: 0 };
      if (metric === 'CPU') share.cpu = Number(amount);
      else if (metric === 'MEMORY') share.memoryMb = Number(amount);
      else share.vms = Number(amount);
      found.set(host, share);
    }
    return found;
  }
}

export class SqlUsages implements Usages {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async of(owner: 'user' | 'group', id: number): Promise<Usage[]> {
    return (await this.#sums(owner, id)).get(id) ?? [];
  }

  async all(owner: 'user' | 'group'): Promise<Map<number, Usage[]>> {
    return this.#sums(owner);
  }

  async #sums(owner: 'user' | 'group', id?: number): Promise<Map<number, Usage[]>> {
    const column = owner === 'user' ? 'uid' : 'gid';
    let query = this.#db
      .selectFrom('charge')
      .select(({ fn }) => [
        `${column} as owner` as const,
        'kind',
        'target',
        'metric',
        fn.sum<number | string>('amount').as('amount'),
      ])
      .groupBy([column, 'kind', 'target', 'metric']);
    if (id !== undefined) query = query.where(column, '=', id);
    const found = new Map<number, Usage[]>();
    for (const row of await query.orderBy('target').execute()) {
      const usage: Usage = {
        kind: row.kind as QuotaKind,
        id: row.target,
        metric: row.metric,
        amount: Number(row.amount),
      };
      const known = found.get(row.owner);
      if (known) known.push(usage);
      else found.set(row.owner, [usage]);
    }
    return found;
  }
}
