// Every way of telling others that the configuration names.
import type { NoticeSettings } from '../model/notice-settings.ts';
import { hookWay } from './hooks.ts';
import { mailWay } from './mail.ts';
import { webhookWay } from './webhooks.ts';
import type { Way } from './way.ts';

export function waysOf({ hooks, webhooks, mails }: NoticeSettings): Way[] {
  return [...hooks.map(hookWay), ...webhooks.map(webhookWay), ...mails.map(mailWay)];
}
