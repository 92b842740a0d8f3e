// The door to whoever lets people in on pages of their own: a browser is sent there and comes back with an answer. It says who came, and
// nothing of what they may do.
import type { Known } from './password-driver.ts';

/** Somebody who was let in elsewhere. */
export interface Person extends Known {
  name: string;
  /** Who she is there, for ever: a name may pass to somebody else. */
  subject: string;
}

/** What the browser keeps while it is away; nobody else may see it, and only who has it may come back. */
export interface Kept {
  state: string;
  nonce: string;
  verifier: string;
}

export interface RedirectDriver {
  /** AUTH_DRIVER of those who come this way. */
  readonly authDriver: string;
  /** What people call it. */
  readonly name: string;
  /** Path at which browsers come back. */
  readonly back: string;
  /** Whether who comes becomes a user when OneVault does not know her. */
  readonly makesUsers: boolean;
  /** Where the browser is to go. Throws a OneError that says why it cannot go there. */
  begin(): Promise<{ to: string; kept: Kept }>;
  /**
   * Who came back with this query (`?...`). Throws a OneError that says why nobody is let in: the answer is another one's, or used up, or
   * says no.
   */
  finish(query: string, kept: Kept): Promise<Person>;
}
