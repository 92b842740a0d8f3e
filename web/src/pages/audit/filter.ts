// Which records of the audit log are asked for: what was typed, and the template that the daemon takes. What is not right yet is left out. Pure.
import { templateText } from '../../api/template-text.ts';

export interface Typed {
  /** Id of a user, '' for anybody. */
  user: string;
  object: string;
  method: string;
  /** As an input of a browser gives it: 2026-11-01T12:00, in the time of the browser. */
  from: string;
  to: string;
}

export const ANYTHING: Typed = { user: '', object: '', method: '', from: '', to: '' };

export function isObject(text: string): boolean {
  return text === '' || /^[a-z]{1,20}:\d{1,9}$/.test(text);
}

export function isMethod(text: string): boolean {
  return /^[\w. ]{0,128}$/.test(text);
}

export function filterText({ user, object, method, from, to }: Typed): string {
  return templateText({
    ...(user !== '' && { UID: user }),
    ...(object !== '' && isObject(object) && { OBJECT: object }),
    ...(method !== '' && isMethod(method) && { METHOD: method }),
    ...timeOf('FROM', from),
    ...timeOf('TO', to),
  });
}

function timeOf(name: string, text: string): Record<string, string> {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) || atMs < 0 ? {} : { [name]: String(Math.floor(atMs / 1000)) };
}
