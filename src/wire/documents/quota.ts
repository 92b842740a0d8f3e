// The four quota elements: limits beside what is used. Default quotas are limits alone. Entries and metrics stand in
// OpenNebula's order, whatever order they are given in.
import { HUNDREDTHS, LIMIT, QUOTA_METRICS, type QuotaKind } from '../../model/quota.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

/** Limits and usage of things: of a datastore, network or image by its id, of the VMs as a whole (id -1). */
export type QuotaView = ReadonlyArray<{
  kind: QuotaKind;
  id: number;
  /** By metric; CPU metrics in hundredths of a core. Left out: LIMIT.DEFAULT. */
  limits: Readonly<Record<string, number>>;
  /** Likewise; left out: 0. */
  used: Readonly<Record<string, number>>;
}>;

type Entry = QuotaView[number];

const KINDS = ['DATASTORE', 'NETWORK', 'VM', 'IMAGE'] as const;

/** DATASTORE_QUOTA NETWORK_QUOTA VM_QUOTA IMAGE_QUOTA. */
export function quotaElements(view: QuotaView): string {
  return elements(view, ofOwner);
}

/** QUOTAS, which follows its user or group in a pool. */
export function quotasXml(id: number, view: QuotaView): string {
  return branch('QUOTAS', leaf('ID', id), quotaElements(view));
}

/** The limits of those that have none of their own: a document of its own, and the end of others. */
export function defaultQuotasXml(owner: 'user' | 'group', view: QuotaView): string {
  return branch(owner === 'user' ? 'DEFAULT_USER_QUOTAS' : 'DEFAULT_GROUP_QUOTAS', elements(view, byDefault));
}

function elements(view: QuotaView, metrics: (entry: Entry, metric: string) => string): string {
  return KINDS.map((kind) => {
    const entries = view.filter((entry) => entry.kind === kind).toSorted((a, b) => a.id - b.id);
    return branch(`${kind}_QUOTA`, ...entries.map((entry) => entryXml(entry, metrics)));
  }).join('');
}

function entryXml(entry: Entry, metrics: (entry: Entry, metric: string) => string): string {
  const id = entry.kind === 'VM' ? '' : cdataLeaf('ID', String(entry.id));
  return branch(entry.kind, id, ...QUOTA_METRICS[entry.kind].map((metric) => metrics(entry, metric)));
}

function ofOwner({ limits, used }: Entry, metric: string): string {
  const limit = limitText(metric, limits[metric] ?? LIMIT.DEFAULT);
  return cdataLeaf(metric, limit) + cdataLeaf(`${metric}_USED`, amountText(metric, used[metric] ?? 0));
}

/** A default that says nothing of a metric leaves it unlimited. */
function byDefault({ limits }: Entry, metric: string): string {
  const limit = limits[metric] ?? LIMIT.DEFAULT;
  return cdataLeaf(metric, limitText(metric, limit === LIMIT.DEFAULT ? LIMIT.UNLIMITED : limit));
}

/** LIMIT.DEFAULT and LIMIT.UNLIMITED are no amounts: they stay what they are. */
function limitText(metric: string, limit: number): string {
  return limit < 0 ? String(limit) : amountText(metric, limit);
}

function amountText(metric: string, amount: number): string {
  const value = HUNDREDTHS.has(metric) ? amount / 100 : amount;
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
