// Takes sessions and tokens that are over out of the records of their users, now and then: they are refused without that as well.
import { validTokens } from '../access/session-use.ts';
import { reasonOf } from '../model/errors.ts';
import type { User } from '../model/user.ts';
import { nowSec, type Parts } from '../vm/parts.ts';

const HOUR_MS = 3_600_000;

type Working = Pick<Parts, 'store' | 'clock' | 'log'>;

/** How many were dropped. */
export async function dropExpired(
  { store, clock }: Pick<Working, 'store' | 'clock'>,
  idleSec: number,
): Promise<number> {
  let dropped = 0;
  const now = nowSec(clock);
  const over = ({ tokens = [] }: User): number => tokens.length - validTokens(tokens, now, idleSec).length;
  for (const { id } of (await store.users.list({})).filter((user) => over(user) > 0)) {
    await store.transaction(async (tx) => {
      const user = await tx.users.find(id);
      if (!user || over(user) === 0) return; // somebody else was quicker
      dropped += over(user);
      await tx.users.update(id, (record) => void (record.tokens = validTokens(record.tokens, now, idleSec)));
    });
  }
  return dropped;
}

/** Every hour; the answer ends that. */
export function dropExpiredHourly(parts: Working, idleSec: number): () => Promise<void> {
  let working: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    try {
      const count = await dropExpired(parts, idleSec);
      if (count > 0) parts.log.debug({ count }, 'sessions and tokens that are over were dropped');
    } catch (error) {
      parts.log.warn({ reason: reasonOf(error) }, 'sessions that are over were not dropped; it is tried again');
    }
    working = undefined;
  };
  const timer = setInterval(() => void (working ??= work()), HOUR_MS).unref();
  return async () => {
    clearInterval(timer);
    await working;
  };
}
