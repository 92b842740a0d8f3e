// How long a failed occurrence waits before it is tried again: three times as long after each failure, six hours at most. Pure.
import type { SchedulePolicy } from '../model/limits.ts';

const GROWTH = 3;
const LONGEST_SEC = 6 * 3600;

/** Seconds to wait after the given failure (1 is the first), or undefined when it is not tried again. */
export function retryDelay(
  failures: number,
  policy: Pick<SchedulePolicy, 'retries' | 'retryDelaySec'>,
): number | undefined {
  if (failures > policy.retries) return undefined;
  return Math.min(LONGEST_SEC, policy.retryDelaySec * GROWTH ** (failures - 1));
}
