// Sessions of the console that nobody uses: when one is used, which are over, and what is left of the tokens without those. Pure.
import type { LoginToken } from '../model/user.ts';

const NEVER = -1;
/** How exactly the last use is kept, at most: each note of it is written to the database. */
const MOST_STEP_SEC = 60;

/** Whether a token may be used still. */
export function isValid({ expires, session, usedAt }: LoginToken, nowSec: number, idleSec = 0): boolean {
  if (expires !== NEVER && expires <= nowSec) return false;
  return idleSec === 0 || !session || usedAt === undefined || usedAt + idleSec > nowSec;
}

/** Whether it is to be written down that a session is used now. */
export function isUseToNote({ session, usedAt }: LoginToken, nowSec: number, idleSec: number): boolean {
  if (idleSec === 0 || !session) return false;
  return usedAt === undefined || nowSec - usedAt >= Math.min(MOST_STEP_SEC, Math.ceil(idleSec / 10));
}

/** The tokens with that note; one that is no more is not made again. */
export function withUse(tokens: readonly LoginToken[] = [], hash: string, nowSec: number): LoginToken[] {
  return tokens.map((each) => (each.hash === hash ? { ...each, usedAt: nowSec } : each));
}

/** The tokens that may be used still. */
export function validTokens(tokens: readonly LoginToken[] = [], nowSec: number, idleSec: number): LoginToken[] {
  return tokens.filter((each) => isValid(each, nowSec, idleSec));
}
