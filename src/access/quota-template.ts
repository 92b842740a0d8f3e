// Limits as users write them: `DATASTORE=[ID=100, IMAGES=10, SIZE=102400]`, `VM=[CPU=2.5, VMS=4]`. Pure.
import { field, type Attributes, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { HUNDREDTHS, LIMIT, QUOTA_METRICS, type QuotaKind, type QuotaLimits } from '../model/quota.ts';

const KINDS = Object.keys(QUOTA_METRICS) as QuotaKind[];
/** The VMs of an owner are limited as a whole. */
const WHOLE = -1;
const LARGEST_ID = 0x7fff_ffff;

/**
 * `kept` with what the template says: each thing that it names gets these limits and no others, all else stays. A metric that
 * is left out is as the default quota says; among default quotas themselves it is unlimited.
 */
export function applyQuotaTemplate(
  kept: readonly QuotaLimits[],
  template: Attributes,
  owner: 'own' | 'defaults',
): QuotaLimits[] {
  const nothing = owner === 'own' ? LIMIT.DEFAULT : LIMIT.UNLIMITED;
  let limits = [...kept];
  for (const [name, value] of template) {
    const entry = readEntry(name, value, nothing);
    limits = limits.filter(({ kind, id }) => kind !== entry.kind || id !== entry.id);
    if (Object.values(entry.limits).some((limit) => limit !== nothing)) limits.push(entry);
  }
  return limits;
}

function readEntry(name: string, value: string | Vector, nothing: number): QuotaLimits {
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) throw wrong(`${name} is no kind of quota; there are ${KINDS.join(', ')}`);
  if (typeof value === 'string') throw wrong(`${name}="${value}" must be a vector: ${name}=[ ... ]`);
  const metrics: readonly string[] = QUOTA_METRICS[kind];
  const known = kind === 'VM' ? metrics : ['ID', ...metrics];
  // clients send back what they were shown
  const unknown = value.find(([part]) => !known.includes(part) && !metrics.includes(part.replace(/_USED$/, '')));
  if (unknown) throw wrong(`${name}/${unknown[0]} is not known; there are ${known.join(', ')}`);
  return {
    kind,
    id: kind === 'VM' ? WHOLE : idOf(kind, field(value, 'ID') ?? ''),
    limits: Object.fromEntries(metrics.map((metric) => [metric, limitOf(kind, metric, field(value, metric), nothing)])),
  };
}

function idOf(kind: QuotaKind, given: string): number {
  if (/^\d{1,10}$/.test(given) && Number(given) <= LARGEST_ID) return Number(given);
  throw wrong(`${kind}/ID="${given}" is not right; it must be the id of what is limited`);
}

function limitOf(kind: QuotaKind, metric: string, given: string | undefined, nothing: number): number {
  if (given === undefined || given === '') return nothing;
  if (given === '-2') return LIMIT.UNLIMITED;
  if (given === '-1' && nothing === LIMIT.DEFAULT) return LIMIT.DEFAULT;
  const hundredths = HUNDREDTHS.has(metric);
  const shape = hundredths ? /^\d+(\.\d{1,2}0*)?$/ : /^\d+(\.0*)?$/;
  const limit = hundredths ? Math.round(Number(given) * 100) : Number(given);
  if (shape.test(given) && Number.isSafeInteger(limit)) return limit;
  const number = hundredths ? 'a number with at most two decimals' : 'a whole number';
  const others = nothing === LIMIT.DEFAULT ? '-1 (as the default says) or -2 (no limit)' : 'or -2 (no limit)';
  throw wrong(`${kind}/${metric}="${given}" is not right; it must be ${number} below 2^53, ${others}`);
}

function wrong(why: string): OneError {
  return new OneError(CODE.XML_RPC_API, `The quota template is not right: ${why}.`);
}
