// Which limit of a quota is passed, if one is. Pure.
import { HUNDREDTHS, LIMIT, type Charge, type QuotaKind, type QuotaLimits } from '../model/quota.ts';

export interface Limits {
  own: readonly QuotaLimits[];
  defaults: readonly QuotaLimits[];
}

/** What is used of one metric; CPU metrics in hundredths. */
export interface Used {
  kind: QuotaKind;
  id: number;
  metric: string;
  amount: number;
}

/** The limit that holds for a metric: the own one, else the default, else LIMIT.UNLIMITED. */
export function limitOf(limits: Limits, { kind, id, metric }: Omit<Used, 'amount'>): number {
  const of = (list: readonly QuotaLimits[]): number =>
    list.find((entry) => entry.kind === kind && entry.id === id)?.limits[metric] ?? LIMIT.DEFAULT;
  const own = of(limits.own);
  if (own !== LIMIT.DEFAULT) return own;
  const byDefault = of(limits.defaults);
  return byDefault === LIMIT.DEFAULT ? LIMIT.UNLIMITED : byDefault;
}

/** Says which limit is passed by what is used, among the metrics that `charges` add to; undefined when none is. */
export function overQuota(limits: Limits, used: readonly Used[], charges: readonly Charge[]): string | undefined {
  for (const { kind, id, metric, amount } of charges) {
    if (amount <= 0) continue;
    const limit = limitOf(limits, { kind, id, metric });
    const total = used.find((one) => one.kind === kind && one.id === id && one.metric === metric)?.amount ?? 0;
    if (limit === LIMIT.UNLIMITED || total <= limit) continue;
    const which = kind === 'VM' ? 'VM quota' : `${kind} quota of ${kind.toLowerCase()} [${id}]`;
    const value = (number: number): string => String(HUNDREDTHS.has(metric) ? number / 100 : number);
    return `limit of ${value(limit)} reached for ${metric} in the ${which}: ${value(total - amount)} in use, ${value(amount)} asked for.`;
  }
  return undefined;
}
