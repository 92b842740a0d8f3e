// One way of telling others: a program, a web address, or e-mail.
import type { Selection } from '../model/notice-settings.ts';
import type { Notice } from './notice.ts';

export interface Way {
  kind: 'hook' | 'webhook' | 'mail';
  selection: Selection;
  /** How often a notice is tried at most. */
  tries: number;
  /** Whether notices that come shortly after each other are told together. */
  gathers: boolean;
  /** Throws a OneError when it can never work as it is configured: the daemon does not start then. */
  check(): Promise<void>;
  /** Tells one notice, or several when it gathers. Throws when that failed; a OneError whose `retry` is false says that trying again is no use. */
  tell(notices: readonly Notice[], signal: AbortSignal): Promise<void>;
}
