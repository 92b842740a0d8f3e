// What the audit log tells of a call: of its parameters numbers, switches, a few plain words and the names of attributes, never what may be a secret. Pure.
import type { LoginToken } from '../model/user.ts';
import type { AuditEvent } from '../model/audit.ts';
import { parseTemplate } from '../wire/template-text.ts';
import type { Value } from '../wire/xmlrpc.ts';
import { hashToken } from './token.ts';

/** Methods that change nothing, by the end of their names. */
const READING = new Set([
  ...['info', 'infoextended', 'infoset', 'monitoring', 'accounting', 'protection', 'runs', 'backupruns'],
  ...['backupplan', 'restoreplan', 'eligibility', 'selection', 'fill', 'sshkeys'],
  ...['version', 'config', 'nodes', 'backupstatus', 'summary', 'runfigures', 'calendar', 'occurrences'],
]);
/** Parameters whose texts are told: everything else may hold a secret. */
const PLAIN = new Set(['action', 'name', 'type', 'driver', 'user', 'resource', 'rights', 'address']);
const TEMPLATES = new Set(['template', 'extraTemplate', 'options']);
const MOST_CHARACTERS = 128;
const MOST_NAMES = 100;
/** Of a token's hash, enough to find it among those of its user. */
const HASH_CHARACTERS = 12;

export function changesSomething(method: string): boolean {
  return !READING.has(method.slice(method.lastIndexOf('.') + 1));
}

export function told(names: readonly string[], params: readonly Value[]): Pick<AuditEvent, 'on' | 'attributes'> {
  const on: AuditEvent['on'] = {};
  const attributes: string[] = [];
  for (const [index, name] of names.entries()) {
    const value = params[index];
    if (typeof value === 'number' || typeof value === 'boolean') on[name] = value;
    else if (Array.isArray(value)) on[name] = value.filter((each) => typeof each === 'number').slice(0, MOST_NAMES);
    else if (typeof value !== 'string') continue;
    else if (PLAIN.has(name)) on[name] = value.slice(0, MOST_CHARACTERS);
    else if (TEMPLATES.has(name)) attributes.push(...namesIn(value));
  }
  return { on, attributes: attributes.slice(0, MOST_NAMES) };
}

/** Through what somebody was known: her password, or which of her tokens. */
export function knownBy(tokens: readonly LoginToken[] = [], session: string): string {
  const hash = hashToken(session.slice(session.indexOf(':') + 1));
  const token = tokens.find((each) => each.hash === hash);
  if (!token) return 'password';
  return `${token.session ? 'session' : 'token'} ${hash.slice(0, HASH_CHARACTERS)}`;
}

function namesIn(template: string): string[] {
  try {
    return [...new Set(parseTemplate(template).map(([name]) => name.slice(0, MOST_CHARACTERS)))];
  } catch {
    return []; // it is no template, which the method itself says; nothing of it is known to be no secret
  }
}
