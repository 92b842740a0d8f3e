// What something that is not done yet would add to the quotas of its owner and group, beside what they use and may use.
import { limitOf, type Limits } from '../access/quota.ts';
import type { PreviewQuota } from '../model/backup-preview.ts';
import type { Owned } from '../model/permissions.ts';
import type { Charge, QuotaLimits } from '../model/quota.ts';
import type { Store } from '../store/store.ts';
import { DEFAULT_QUOTAS } from './quota.ts';

type Owner = Pick<Owned, 'uid' | 'gid' | 'uname' | 'gname'>;

/** Of charges for room and images; several of one kind are added up. */
export async function previewQuota(
  store: Store,
  { uid, gid, uname, gname }: Owner,
  charges: readonly Charge[],
): Promise<PreviewQuota[]> {
  const rows: PreviewQuota[] = [];
  for (const owner of ['user', 'group'] as const) {
    const id = owner === 'user' ? uid : gid;
    if (id === 0) continue; // administrators have no quotas
    const own = (owner === 'user' ? await store.users.find(id) : await store.groups.find(id))?.quotas ?? [];
    const defaults = (await store.settings.read<QuotaLimits[]>(DEFAULT_QUOTAS[owner])) ?? [];
    const limits: Limits = { own, defaults };
    const used = await store.usages.of(owner, id);
    for (const charge of together(charges)) {
      const { metric } = charge;
      if (metric !== 'SIZE' && metric !== 'IMAGES') continue;
      const now = used.find((one) => one.kind === charge.kind && one.id === charge.id && one.metric === metric);
      const whose = `${owner} ${id} (${owner === 'user' ? uname : gname})`;
      rows.push({ whose, metric, used: now?.amount ?? 0, limit: limitOf(limits, charge), adds: charge.amount });
    }
  }
  return rows;
}

function together(charges: readonly Charge[]): Charge[] {
  const sums = new Map<string, Charge>();
  for (const charge of charges) {
    const key = `${charge.kind} ${charge.id} ${charge.metric}`;
    const known = sums.get(key);
    sums.set(key, { ...charge, amount: charge.amount + (known?.amount ?? 0) });
  }
  return [...sums.values()];
}

/** What would be too much, in words. */
export function overLimits(rows: readonly PreviewQuota[]): string[] {
  return rows.flatMap(({ whose, metric, used, limit, adds }) => {
    if (limit < 0 || used + adds <= limit) return [];
    const unit = metric === 'SIZE' ? ' MB' : '';
    return [`The quota of ${whose} is not enough: ${metric} would be ${used + adds}${unit} of ${limit}${unit}.`];
  });
}
