// Login tokens: made, found, added and revoked. Only their hashes are kept. Pure but for the chance that is handed in.
import { createHash } from 'node:crypto';
import { CODE, OneError } from '../model/errors.ts';
import type { Scope } from '../model/token-scope.ts';
import type { LoginToken, User } from '../model/user.ts';
import { isValid } from './session-use.ts';

export const MAX_TOKENS = 10;
/** More sessions of the console than these at once are nobody's: the oldest ends. */
const MAX_SESSIONS = 20;
export const TOKEN_BYTES = 32;
const MIN_CHARACTERS = 32;
const NEVER = -1;

/** What one.user.login asks for. */
export interface TokenRequest {
  /** As a client gives or was given it. */
  token: string;
  /** -1: never expires; 0: revoke. */
  validSec: number;
  /** Group that the token is limited to, -1 for none. */
  egid: number;
  /** What it is limited to; undefined for no limit. */
  scopes?: Scope[] | undefined;
}

/** A new token in hex from that many random bytes. */
export function makeToken(random: Uint8Array): string {
  if (random.length !== TOKEN_BYTES) throw new RangeError(`A token is made of ${TOKEN_BYTES} random bytes.`);
  return Buffer.from(random).toString('hex');
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The token among these, if it is there; whether it may be used still is for others to say. */
export function findToken(tokens: readonly LoginToken[] = [], token: string): LoginToken | undefined {
  const hash = hashToken(token);
  return tokens.find((each) => each.hash === hash);
}

/**
 * The tokens that the user has after one was added, given another term or revoked (no token: all). Expired ones are dropped on
 * the way.
 */
export function changeTokens(
  user: Pick<User, 'id' | 'gid' | 'groups' | 'tokens'>,
  request: TokenRequest,
  nowSec: number,
): LoginToken[] {
  const { token, validSec, egid, scopes } = request;
  const valid = (user.tokens ?? []).filter((each) => isValid(each, nowSec));
  const hash = hashToken(token);
  if (validSec === 0) return token === '' ? [] : revoked(valid, [hash, token]);
  const rest = valid.filter((each) => each.hash !== hash);
  checkTerm(validSec);
  checkScope(user, egid);
  if (token.length < MIN_CHARACTERS) {
    throw new OneError(
      CODE.XML_RPC_API,
      `The token has ${token.length} characters; it must have ${MIN_CHARACTERS} or more, or be empty to get a new one.`,
    );
  }
  if (rest.filter(({ session }) => !session).length >= MAX_TOKENS) {
    throw new OneError(CODE.ACTION, `User [${user.id}] has ${MAX_TOKENS} login tokens, which is the most; revoke one.`);
  }
  const expires = validSec === NEVER ? NEVER : nowSec + validSec;
  return [...rest, { hash, expires, egid, ...(scopes && { scopes }) }];
}

/** The tokens with one more, which is a session of the console; sessions that have expired, or are too many, are left out. */
export function withSession(
  tokens: readonly LoginToken[] = [],
  session: { token: string; validSec: number; egid: number },
  nowSec: number,
): LoginToken[] {
  const valid = tokens.filter((each) => isValid(each, nowSec));
  const tooMany = valid.filter((each) => each.session).length - (MAX_SESSIONS - 1);
  const ended = valid.filter((each) => each.session).slice(0, Math.max(0, tooMany));
  const made: LoginToken = {
    hash: hashToken(session.token),
    expires: nowSec + session.validSec,
    egid: session.egid,
    session: true,
    usedAt: nowSec,
  };
  return [...valid.filter((each) => !ended.includes(each)), made];
}

/** The tokens without this one; it need not be among them. */
export function withoutToken(tokens: readonly LoginToken[] = [], token: string): LoginToken[] {
  const hash = hashToken(token);
  return tokens.filter((each) => each.hash !== hash);
}

/** Without the token that one of these is the hash of: documents name tokens by their hashes, so that one may be revoked unseen. */
function revoked(valid: LoginToken[], hashes: readonly string[]): LoginToken[] {
  const rest = valid.filter((each) => !hashes.includes(each.hash));
  if (rest.length < valid.length) return rest;
  throw new OneError(CODE.NO_EXISTS, 'Could not revoke the login token: there is none like that.');
}

function checkTerm(validSec: number): void {
  if (Number.isSafeInteger(validSec) && validSec >= NEVER) return;
  throw new OneError(
    CODE.XML_RPC_API,
    `A login token cannot be valid for ${validSec} seconds; give seconds, -1 for ever, or 0 to revoke.`,
  );
}

function checkScope({ id, gid, groups }: Pick<User, 'id' | 'gid' | 'groups'>, egid: number): void {
  if (egid === -1 || egid === gid || groups.includes(egid)) return;
  throw new OneError(CODE.XML_RPC_API, `User [${id}] is not in group [${egid}], so no login token can be for it.`);
}
