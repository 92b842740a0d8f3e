// SESSION of the configuration: how long sessions of the console last. Pure.
import { field, type Vector } from '../model/attributes.ts';
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from '../model/session-limits.ts';
import { bad, count } from './value.ts';

/** What the vector may hold. */
export const SESSION_VECTORS: Record<string, string[]> = { SESSION: ['EXPIRATION_TIME', 'IDLE_TIME'] };

const LEAST_SEC = 60;
const MOST_SEC = 30 * 86_400;

/** Throws a OneError that names the attribute, its value and what would be right. */
export function readSession(found: readonly Vector[]): SessionLimits {
  const [vector] = found;
  if (found.length > 1) bad('SESSION', undefined, 'it may be there once');
  const { lifetimeSec: usual, idleSec: idle } = DEFAULT_SESSION_LIMITS;
  const right = `a number of seconds, from ${LEAST_SEC} to ${MOST_SEC}`;
  const lifetimeSec = count('SESSION/EXPIRATION_TIME', field(vector, 'EXPIRATION_TIME'), usual, right);
  if (lifetimeSec < LEAST_SEC || lifetimeSec > MOST_SEC) {
    bad('SESSION/EXPIRATION_TIME', String(lifetimeSec), `it must be ${right}`);
  }
  const rightIdle = `0, or a number of seconds, from ${LEAST_SEC} to EXPIRATION_TIME`;
  const idleSec = count('SESSION/IDLE_TIME', field(vector, 'IDLE_TIME'), idle, rightIdle);
  if (idleSec !== 0 && (idleSec < LEAST_SEC || idleSec > lifetimeSec)) {
    bad('SESSION/IDLE_TIME', String(idleSec), `it must be ${rightIdle}`);
  }
  return { lifetimeSec, idleSec };
}
