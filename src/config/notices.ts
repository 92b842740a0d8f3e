// HOOK, WEBHOOK and MAIL of the configuration: who is told how runs end. Pure.
import { field, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import type { HookSettings, NoticeSettings, Selection, WebhookSettings } from '../model/notice-settings.ts';
import type { OperationKind } from '../model/operation.ts';
import { readMail } from './mail.ts';
import { absolute, bad, count } from './value.ts';

/** What the vectors may hold. Each may be there any number of times. */
export const NOTICE_VECTORS: Record<string, string[]> = {
  HOOK: ['NAME', 'COMMAND', 'ARGUMENTS', 'ON', 'KIND', 'TIMEOUT'],
  WEBHOOK: ['NAME', 'URL', 'SECRET_FILE', 'ON', 'KIND', 'TIMEOUT'],
  MAIL: ['NAME', 'SMTP_URL', 'HOST', 'PORT', 'TLS', 'USER', 'PASSWORD_FILE', 'FROM', 'TO', 'ON', 'KIND'],
};

const HOOK_TIMEOUT_SEC = 60;
const WEBHOOK_TIMEOUT_SEC = 15;
const MAX_TIMEOUT_SEC = 3600;
const ENDINGS = ['failed', 'done', 'cancelled'] as const;
const KINDS = Object.keys({
  backup: true,
  restore: true,
  flatten: true,
  verify: true,
  drill: true,
  prune: true,
  check: true,
  rescan: true,
  copy: true,
  self: true,
} satisfies Record<OperationKind, true>) as OperationKind[];

/** Throws a OneError that names the attribute, its value unless it may be secret, and what would be right. */
export function readNotices(file: Attributes): NoticeSettings {
  const hooks = vectors(file, 'HOOK').map(readHook);
  const webhooks = vectors(file, 'WEBHOOK').map(readWebhook);
  const mails = vectors(file, 'MAIL').map((vector, index) => {
    const name = index === 0 ? 'mail' : `mail-${index + 1}`;
    return { ...selectionOf('MAIL', vector, name), ...readMail(vector) };
  });
  const names = new Set<string>();
  for (const { name } of [...hooks, ...webhooks, ...mails]) {
    if (names.has(name)) bad('NAME', name, 'another HOOK, WEBHOOK or MAIL has it; each needs a name of its own');
    names.add(name);
  }
  return { hooks, webhooks, mails };
}

function readHook(vector: Vector): HookSettings {
  const selection = selectionOf('HOOK', vector);
  const command = field(vector, 'COMMAND') ?? '';
  return {
    ...selection,
    command: absolute('HOOK/COMMAND', command),
    arguments: wordsOf(field(vector, 'ARGUMENTS') ?? ''),
    timeoutSec: timeoutOf('HOOK/TIMEOUT', vector, HOOK_TIMEOUT_SEC),
  };
}

/** No shell reads them, so what only a shell understands is refused instead of handed on as it stands. */
function wordsOf(text: string): string[] {
  if (/["'`\\$]/.test(text)) {
    bad('HOOK/ARGUMENTS', text, 'it is split at blanks and no shell reads it, so it may hold no quotes, \\, ` and $');
  }
  return text.split(/\s+/).filter((word) => word !== '');
}

function readWebhook(vector: Vector): WebhookSettings {
  const selection = selectionOf('WEBHOOK', vector);
  const secretFile = field(vector, 'SECRET_FILE');
  return {
    ...selection,
    url: webAddress(`WEBHOOK/URL of ${selection.name}`, field(vector, 'URL') ?? ''),
    ...(secretFile !== undefined && { secretFile: absolute('WEBHOOK/SECRET_FILE', secretFile) }),
    timeoutSec: timeoutOf('WEBHOOK/TIMEOUT', vector, WEBHOOK_TIMEOUT_SEC),
  };
}

/** Addresses of webhooks often hold a token, so they are not in errors. */
function webAddress(name: string, given: string): string {
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol)) bad(name, undefined, 'it must begin with http:// or https://');
  if (url.username || url.password) bad(name, undefined, 'it may hold no user and password; use SECRET_FILE');
  return url.href;
}

function selectionOf(of: string, vector: Vector, otherwise?: string): Selection {
  const name = field(vector, 'NAME') ?? otherwise ?? '';
  if (!/^[\w.-]{1,64}$/.test(name)) {
    bad(`${of}/NAME`, name, 'it must be a name of letters, digits, ".", "_" and "-", at most 64');
  }
  return {
    name,
    on: listOf(`${of}/ON`, field(vector, 'ON'), ENDINGS, ['failed']),
    kinds: listOf(`${of}/KIND`, field(vector, 'KIND'), KINDS, KINDS),
  };
}

function listOf<T extends string>(
  name: string,
  given: string | undefined,
  known: readonly T[],
  otherwise: readonly T[],
): T[] {
  if (given === undefined) return [...otherwise];
  const items = given.split(',').map((item) => item.trim().toLowerCase());
  return items.map(
    (item) =>
      known.find((value) => value === item) ??
      bad(name, given, `it must be one or more of ${known.join(', ')}, with commas between them`),
  );
}

function timeoutOf(name: string, vector: Vector, otherwise: number): number {
  const right = `a number of seconds from 1 to ${MAX_TIMEOUT_SEC}`;
  const given = field(vector, 'TIMEOUT');
  const seconds = count(name, given, otherwise, right);
  if (seconds < 1 || seconds > MAX_TIMEOUT_SEC) bad(name, given, `it must be ${right}`);
  return seconds;
}
