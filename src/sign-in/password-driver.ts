// The door to whoever knows passwords. It says whether one is right, and nothing of what its owner may do.

/** How long a password is believed that OneVault keeps itself, and so knows of its change. */
export const REMEMBER_MS = 900_000;

/** Somebody whose password was right. */
export interface Known {
  /** Groups of OneVault that the driver has its say in: `member` of these, and no longer of the others of `managed`. */
  groups: { managed: number[]; member: number[] };
}

export interface PasswordDriver {
  /** How long a password that was right is believed without asking again. */
  readonly rememberMs: number;
  /** Whether it is asked for names that no user has, and who is right becomes a user. */
  readonly makesUsers: boolean;
  /**
   * Undefined when the password is wrong or nobody has the name; an empty password is never right, and the name is taken letter for
   * letter, whatever it contains. Whoever cannot find out throws a OneError that says why, and lets nobody in. `hash` is what OneVault keeps
   * of the user's password, '' when that is nothing.
   */
  check(name: string, password: string, hash: string): Promise<Known | undefined>;
}
