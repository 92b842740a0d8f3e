// RATE_LIMIT of the configuration: how many calls one address and one user may make. Pure.
import { field, type Vector } from '../model/attributes.ts';
import type { RateLimitSettings } from '../model/rate-limit.ts';
import { bad, count } from './value.ts';

/** What the vector may hold. */
export const RATE_LIMIT_VECTORS: Record<string, string[]> = { RATE_LIMIT: ['CALLS', 'PERIOD'] };

const MAX_PERIOD_SEC = 3600;

/** Undefined for no limit. Throws a OneError that names the attribute, its value and what would be right. */
export function readRateLimit(found: readonly Vector[]): RateLimitSettings | undefined {
  const [vector] = found;
  if (vector === undefined) return undefined;
  if (found.length > 1) bad('RATE_LIMIT', undefined, 'it may be there once');
  const given = field(vector, 'CALLS');
  if (given === undefined)
    bad('RATE_LIMIT/CALLS', undefined, 'it is missing; it must be a number of calls, 1 at least');
  const calls = count('RATE_LIMIT/CALLS', given, 0, 'a number of calls, 1 at least');
  if (calls < 1) bad('RATE_LIMIT/CALLS', given, 'it must be a number of calls, 1 at least');
  const right = `a number of seconds, from 1 to ${MAX_PERIOD_SEC}`;
  const periodSec = count('RATE_LIMIT/PERIOD', field(vector, 'PERIOD'), 60, right);
  if (periodSec < 1 || periodSec > MAX_PERIOD_SEC) bad('RATE_LIMIT/PERIOD', String(periodSec), `it must be ${right}`);
  return { calls, periodSec };
}
