// How a datastore fills: what was, and what the daemon expects if it goes on like that. Pure.
import type { DatastoreFill, Summary } from '../../api/documents.ts';
import type { Series } from '../../parts/chart.tsx';

const DAY_SEC = 86_400;
const AHEAD_DAYS = 14;

type Trend = { kind: 'steady' } | { kind: 'grows' } | { kind: 'full'; inSec: number };

export function trendOf(
  { MB_PER_DAY, FULL_ON }: Pick<Summary['DATASTORE'][number], 'MB_PER_DAY' | 'FULL_ON'>,
  nowSec: number,
): Trend {
  if (MB_PER_DAY <= 0) return { kind: 'steady' };
  return FULL_ON > 0 ? { kind: 'full', inSec: Math.max(0, FULL_ON - nowSec) } : { kind: 'grows' };
}

/** What was used, and a line from now on at the pace of before, no higher than the datastore is large. */
export function seriesOf(fill: DatastoreFill, nowSec: number, labels: { used: string; expected: string }): Series[] {
  const used = { label: labels.used, points: fill.POINT.map(({ TIME, USED_MB }) => ({ at: TIME, value: USED_MB })) };
  if (fill.MB_PER_DAY <= 0) return [used];
  const room = Math.max(0, fill.TOTAL_MB - fill.USED_MB);
  const days = Math.min(AHEAD_DAYS, room / fill.MB_PER_DAY);
  const end = { at: Math.round(nowSec + days * DAY_SEC), value: fill.USED_MB + days * fill.MB_PER_DAY };
  return [used, { label: labels.expected, points: [{ at: nowSec, value: fill.USED_MB }, end], dashed: true }];
}
