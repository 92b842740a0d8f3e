// Quotas as clients see them: the limits of a user or group beside what its objects take now.
import { LIMIT, QUOTA_METRICS, type QuotaKind, type QuotaLimits } from '../model/quota.ts';
import type { Store, Usage } from '../store/store.ts';
import { DEFAULT_QUOTAS } from '../vm/quota.ts';
import type { QuotaView } from '../wire/documents/quota.ts';

type Owner = 'user' | 'group';

/** Makes views for users or groups, or for one of them; the usage of all is summed up once. */
export async function quotaViews(
  store: Store,
  owner: Owner,
  id?: number,
): Promise<(id: number, limits?: QuotaLimits[]) => QuotaView> {
  const used = id === undefined ? await store.usages.all(owner) : new Map([[id, await store.usages.of(owner, id)]]);
  // administrators have no quotas, so nothing of theirs is shown as used
  return (of, limits) => view(limits ?? [], of === 0 ? [] : (used.get(of) ?? []));
}

/** The limits of those that have none of their own. */
export async function defaultQuotas(store: Store, owner: Owner): Promise<QuotaView> {
  return view((await store.settings.read<QuotaLimits[]>(DEFAULT_QUOTAS[owner])) ?? [], []);
}

function view(limits: readonly QuotaLimits[], used: readonly Usage[]): QuotaView {
  const things = new Map<string, { kind: QuotaKind; id: number }>();
  for (const { kind, id } of [...limits, ...used]) things.set(`${kind} ${id}`, { kind, id });
  return [...things.values()]
    .toSorted((a, b) => a.kind.localeCompare(b.kind) || a.id - b.id)
    .map(({ kind, id }) => ({
      kind,
      id,
      limits: {
        ...Object.fromEntries(QUOTA_METRICS[kind].map((metric) => [metric, LIMIT.DEFAULT])),
        ...limits.find((entry) => entry.kind === kind && entry.id === id)?.limits,
      },
      used: {
        ...Object.fromEntries(QUOTA_METRICS[kind].map((metric) => [metric, 0])),
        ...Object.fromEntries(
          used.filter((one) => one.kind === kind && one.id === id).map(({ metric, amount }) => [metric, amount]),
        ),
      },
    }));
}
