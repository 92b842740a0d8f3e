// How others are told of runs that have ended: by programs, web addresses and e-mail, each of the runs that it asks for.
import type { OperationKind, OperationResult } from './operation.ts';

export type Ending = Exclude<OperationResult, 'running'>;

/** Which runs are told. */
export interface Selection {
  name: string;
  on: Ending[];
  kinds: OperationKind[];
}

export interface HookSettings extends Selection {
  /** Absolute path. */
  command: string;
  arguments: string[];
  timeoutSec: number;
}

export interface WebhookSettings extends Selection {
  /** May hold a token, so it is shown nowhere. */
  url: string;
  /** File whose content signs what is sent. */
  secretFile?: string;
  timeoutSec: number;
}

/** `STARTTLS` is insisted upon: nothing is sent when the server does not offer it. */
export type MailTls = 'NONE' | 'STARTTLS' | 'TLS';

export interface MailSettings extends Selection {
  host: string;
  port: number;
  tls: MailTls;
  login?: { user: string; passwordFile: string };
  from: string;
  to: string[];
}

export interface NoticeSettings {
  hooks: HookSettings[];
  webhooks: WebhookSettings[];
  mails: MailSettings[];
}

export const NO_NOTICES: NoticeSettings = { hooks: [], webhooks: [], mails: [] };
