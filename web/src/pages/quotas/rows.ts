// What everybody has of what they may have, one row for each owner, thing and metric. Pure.
import type { GroupEntry, Quotas, UserEntry } from '../../api/documents.ts';
import { quotaRows, type QuotaDefaults, type QuotaRow } from '../../parts/quota-rows.ts';

export interface OwnerRow extends QuotaRow {
  /** Place in the table. */
  at: number;
  noun: 'user' | 'group';
  ownerId: number;
  owner: string;
  /** 0 without a limit. */
  share: number;
}

interface Owners {
  noun: 'user' | 'group';
  owners: ReadonlyArray<Pick<UserEntry | GroupEntry, 'ID' | 'NAME'>>;
  quotas: readonly Quotas[];
  defaults: QuotaDefaults;
}

/** The first administrator and the group of administrators have no limits. */
const UNLIMITED = 0;

export function ownerRows(all: readonly Owners[]): OwnerRow[] {
  return all
    .flatMap(({ noun, owners, quotas, defaults }) => {
      const byId = new Map(quotas.map((each) => [each.ID, each]));
      return owners.flatMap(({ ID, NAME }) => {
        const own = byId.get(ID);
        if (own === undefined || ID === UNLIMITED) return [];
        return quotaRows(own, defaults).map((row) => ({
          ...row,
          noun,
          ownerId: ID,
          owner: NAME,
          share: row.limit > 0 ? row.used / row.limit : row.limit === 0 && row.used > 0 ? 1 : 0,
        }));
      });
    })
    .map((row, at) => ({ ...row, at }));
}
