// Quotas: what was just written is summed up and must be within the limits of its owner and group; else the transaction that
// wrote it fails. Nothing is counted on the side, so nothing can drift.
import { overQuota, type Limits } from '../access/quota.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Charge, QuotaLimits } from '../model/quota.ts';
import type { Store } from '../store/store.ts';

/** Settings that hold the limits of those that have none of their own. */
export const DEFAULT_QUOTAS = { user: 'default_user_quotas', group: 'default_group_quotas' } as const;

/** Throws OpenNebula's authorization error when one of `charges`, already written, is more than its owner or group may use. */
export async function keepWithinQuota(
  tx: Store,
  owner: { uid: number; gid: number },
  charges: Charge[],
): Promise<void> {
  if (charges.length === 0) return;
  if (owner.uid > 0) await check(tx, 'user', owner.uid, (await tx.users.find(owner.uid))?.quotas, charges);
  if (owner.gid > 0) await check(tx, 'group', owner.gid, (await tx.groups.find(owner.gid))?.quotas, charges);
}

/** By how much each metric grew: the rest has been allowed before. */
export function grown(before: Charge[], after: Charge[]): Charge[] {
  const had = new Map(before.map((charge) => [keyOf(charge), charge.amount]));
  return after.flatMap((charge) => {
    const amount = charge.amount - (had.get(keyOf(charge)) ?? 0);
    return amount > 0 ? [{ ...charge, amount }] : [];
  });
}

function keyOf({ kind, id, metric }: Charge): string {
  return `${kind} ${id} ${metric}`;
}

async function check(
  tx: Store,
  kind: 'user' | 'group',
  id: number,
  own: QuotaLimits[] | undefined,
  charges: Charge[],
): Promise<void> {
  const limits: Limits = { own: own ?? [], defaults: (await tx.settings.read(DEFAULT_QUOTAS[kind])) ?? [] };
  if (limits.own.length === 0 && limits.defaults.length === 0) return;
  const over = overQuota(limits, await tx.usages.of(kind, id), charges);
  if (over === undefined) return;
  const who = kind === 'user' ? `User [${id}]` : `Group [${id}]`;
  throw new OneError(CODE.AUTHORIZATION, `${who} : ${over}`);
}
