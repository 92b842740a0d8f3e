// The quotas of a user or group as rows: what is limited, how much of it is used, and which limit counts. Pure.
import type { DefaultUserQuotas, User } from '../api/documents.ts';
import type { Written } from '../api/template-text.ts';
import { bytesText, MIB } from './format.ts';

export const METRICS = {
  VM: ['VMS', 'CPU', 'MEMORY', 'SYSTEM_DISK_SIZE', 'RUNNING_VMS', 'RUNNING_CPU', 'RUNNING_MEMORY'],
  DATASTORE: ['IMAGES', 'SIZE'],
  NETWORK: ['LEASES'],
  IMAGE: ['RVMS'],
} as const;
export type QuotaKind = keyof typeof METRICS;
export type Metric = (typeof METRICS)[QuotaKind][number];
export const KINDS = Object.keys(METRICS) as QuotaKind[];

export type QuotaHolder = Pick<User, 'VM_QUOTA' | 'DATASTORE_QUOTA' | 'NETWORK_QUOTA' | 'IMAGE_QUOTA'>;
export type QuotaDefaults = DefaultUserQuotas;

const AS_DEFAULT = -1;
const UNLIMITED = -2;
/** The VMs of somebody are limited as a whole. */
export const WHOLE = -1;

const MB_METRICS: ReadonlySet<Metric> = new Set(['MEMORY', 'SYSTEM_DISK_SIZE', 'RUNNING_MEMORY', 'SIZE']);
const CORE_METRICS: ReadonlySet<Metric> = new Set(['CPU', 'RUNNING_CPU']);

export function unitOf(metric: Metric): 'mb' | 'cores' | 'count' {
  if (MB_METRICS.has(metric)) return 'mb';
  return CORE_METRICS.has(metric) ? 'cores' : 'count';
}

export const amountText = (metric: Metric, value: number): string =>
  unitOf(metric) === 'mb' ? bytesText(value * MIB) : String(value);

export interface QuotaRow {
  kind: QuotaKind;
  /** The datastore, network or image; -1 of VMs. */
  id: number;
  metric: Metric;
  used: number;
  /** As it was set: -1 is the default, -2 no limit. */
  own: number;
  /** The one that counts; -2 is none. */
  limit: number;
}

type Numbers = Readonly<Record<string, number>>;

/** Entries of a kind with the id of what each limits. */
function entries(
  quotas: Partial<QuotaHolder> | QuotaDefaults,
  kind: QuotaKind,
): Array<{ id: number; numbers: Numbers }> {
  const list: Array<object | undefined> =
    kind === 'VM'
      ? [quotas.VM_QUOTA?.VM]
      : kind === 'DATASTORE'
        ? (quotas.DATASTORE_QUOTA?.DATASTORE ?? [])
        : kind === 'NETWORK'
          ? (quotas.NETWORK_QUOTA?.NETWORK ?? [])
          : (quotas.IMAGE_QUOTA?.IMAGE ?? []);
  return list.flatMap((entry) => {
    if (entry === undefined) return [];
    const numbers = entry as Numbers;
    return [{ id: kind === 'VM' ? WHOLE : (numbers['ID'] ?? WHOLE), numbers }];
  });
}

/** Rows of everything that is limited or used. `defaults` are those of users or of groups, or nothing for the defaults themselves. */
export function quotaRows(quotas: QuotaHolder | QuotaDefaults, defaults: QuotaDefaults | undefined): QuotaRow[] {
  return KINDS.flatMap((kind) => {
    const own = entries(quotas, kind);
    const fallback = defaults === undefined ? [] : entries(defaults, kind);
    const ids = [...new Set([...own, ...fallback].map(({ id }) => id))].toSorted((a, b) => a - b);
    return ids.flatMap((id) => {
      const mine = own.find((entry) => entry.id === id)?.numbers ?? {};
      const general = fallback.find((entry) => entry.id === id)?.numbers ?? {};
      return METRICS[kind].map((metric) => rowOf(kind, id, metric, mine, general));
    });
  }).filter(({ used, own, limit }) => used > 0 || own !== AS_DEFAULT || limit >= 0);
}

function rowOf(kind: QuotaKind, id: number, metric: Metric, mine: Numbers, general: Numbers): QuotaRow {
  const own = mine[metric] ?? AS_DEFAULT;
  const limit = own === AS_DEFAULT ? (general[metric] ?? UNLIMITED) : own;
  return { kind, id, metric, used: mine[`${metric}_USED`] ?? 0, own, limit: limit < 0 ? UNLIMITED : limit };
}

/** What a form has for a thing: each metric as text, empty where the default counts; among defaults, where there is no limit. */
export function limitTexts(
  quotas: QuotaHolder | QuotaDefaults,
  kind: QuotaKind,
  id: number,
  isDefault = false,
): Record<string, string> {
  const numbers = entries(quotas, kind).find((entry) => entry.id === id)?.numbers ?? {};
  return Object.fromEntries(
    METRICS[kind].map((metric) => {
      const limit = numbers[metric] ?? AS_DEFAULT;
      return [metric, limit === AS_DEFAULT || (isDefault && limit < 0) ? '' : String(limit)];
    }),
  );
}

export const isLimit = (text: string): boolean => /^(-2|\d+(\.\d{1,2})?)?$/.test(text.trim());

/** The template of one.user.quota and its like. What is left empty is left out, and so is as the default says. */
export function quotaTemplate(kind: QuotaKind, id: number, limits: Readonly<Record<string, string>>): Written {
  const set = METRICS[kind].flatMap((metric) => {
    const text = (limits[metric] ?? '').trim();
    return text === '' ? [] : [[metric, text] as const];
  });
  return { [kind]: { ...(kind !== 'VM' && { ID: id }), ...Object.fromEntries(set) } };
}
