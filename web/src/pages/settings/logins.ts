// What signs in instead of the password: sessions of the console, and tokens for everything else. Pure.
import type { User } from '../../api/documents.ts';

type Login = User['LOGIN_TOKEN'][number];

/** As many characters of a hash tell them apart. */
const SHOWN = 12;

/** Tokens as they were made; sessions with the one that ends last first. */
export function loginsOf(logins: readonly Login[]): { tokens: Login[]; sessions: Login[] } {
  const isSession = ({ SESSION }: Login): boolean => SESSION === 'YES';
  return {
    tokens: logins.filter((login) => !isSession(login)),
    sessions: logins.filter(isSession).toSorted((a, b) => b.EXPIRATION_TIME - a.EXPIRATION_TIME),
  };
}

export function shortName({ TOKEN }: Login): string {
  return TOKEN.slice(0, SHOWN);
}
