// Which processes work on a PostgreSQL database: each holds a lock for as long as its connection lives, so that nobody copies, mends or takes
// over a database under somebody's hands.
import { sql, type RawBuilder } from 'kysely';
import type { ClientBase } from 'pg';
import { CODE, OneError } from '../model/errors.ts';

/** `alone` excludes all others, `together` those who are alone, `none` nobody. */
export type PresenceKind = 'alone' | 'together' | 'none';

/** Locks of OneVault in a database: the first half of their keys, and the second. */
const OURS = 0x4f_6e_65_56;
export const LOCK = { STEPS: 1, PRESENCE: 2 } as const;

/** Waits for a lock, and has it until the transaction ends. */
export function lockOf(which: number, how: 'alone' | 'shared' = 'alone'): RawBuilder<unknown> {
  const name = how === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  return sql`select ${sql.raw(name)}(${sql.lit(OURS)}, ${sql.lit(which)})`;
}

export class Presence {
  readonly #kind: PresenceKind;
  readonly #shown: string;
  #lost = false;

  constructor(kind: PresenceKind, shown: string) {
    this.#kind = kind;
    this.#shown = shown;
  }

  /** Takes the lock on a connection, which keeps it while it lives. False when another process has it. */
  async take(client: ClientBase): Promise<boolean> {
    if (this.#kind === 'none') return true;
    const name = this.#kind === 'alone' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
    const { rows } = await client.query<{ had: boolean }>(`select ${name}(${OURS}, ${LOCK.PRESENCE}) as had`);
    this.#lost = rows[0]?.had !== true;
    return !this.#lost;
  }

  /** Throws while another process has taken the database over. */
  require(): void {
    if (this.#lost) throw this.taken();
  }

  taken(): OneError {
    return new OneError(CODE.INTERNAL, `Another process works on the database ${this.#shown}.`, {
      retry: true,
      hint: 'Stop the daemon that works on it first, or wait until its copy or repair has ended.',
    });
  }
}
