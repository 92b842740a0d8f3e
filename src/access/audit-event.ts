// What the audit log tells of a call: of its parameters numbers, switches, a few plain words and the names of attributes, never what may be a secret. Pure.
import type { AuditEvent } from '../model/audit.ts';
import { CODE } from '../model/errors.ts';
import type { LoginToken, User } from '../model/user.ts';
import { parseTemplate } from '../wire/template-text.ts';
import type { Value } from '../wire/xmlrpc.ts';
import { hashToken } from './token.ts';

/** Methods that change nothing, by the end of their names. */
const READING = new Set([
  ...['info', 'infoextended', 'infoset', 'monitoring', 'accounting', 'protection', 'runs', 'backupruns'],
  ...['backupplan', 'restoreplan', 'eligibility', 'selection', 'fill', 'sshkeys', 'retention'],
  ...['version', 'config', 'nodes', 'backupstatus', 'summary', 'runfigures', 'calendar', 'occurrences'],
  ...['audit', 'auditverify'],
]);
/** Parameters whose texts are told: everything else may hold a secret. */
const PLAIN = new Set(['action', 'name', 'type', 'driver', 'user', 'resource', 'rights', 'address']);
const TEMPLATES = new Set(['template', 'extraTemplate', 'options']);
const MOST_CHARACTERS = 128;
const MOST_NAMES = 100;
/** What is no name of an attribute may be a value that was typed in its place. */
const ATTRIBUTE = /^[A-Za-z0-9_.-]{1,64}$/;
/** Of a token's hash, enough to find it among those of its user. */
const HASH_CHARACTERS = 12;
/** Nouns of methods that are called otherwise elsewhere. */
const NOUNS: Readonly<Record<string, string>> = { vn: 'vnet' };
/** Methods that answer with the id of what they made, and its noun where it is not their own. */
const MAKING: Readonly<Record<string, string | undefined>> = {
  allocate: undefined,
  clone: undefined,
  instantiate: 'vm',
  disksaveas: 'image',
  addrule: 'acl',
};
/** Codes of calls that ended before anything was changed. */
const REFUSALS: ReadonlySet<number> = new Set([
  CODE.AUTHENTICATION,
  CODE.AUTHORIZATION,
  CODE.NO_EXISTS,
  CODE.XML_RPC_API,
]);

/** Methods that show secrets in clear to administrators who say `decrypt`. */
const REVEALING = new Set(['one.datastore.info']);
const ADMINISTRATORS = 0;

/** Whether a call is written down before it is carried out: it changes something, or shows secrets. */
export function isRecorded(method: string, on: AuditEvent['on'], user: Pick<User, 'groups'>): boolean {
  return (
    changesSomething(method) ||
    (REVEALING.has(method) && on['decrypt'] === true && user.groups.includes(ADMINISTRATORS))
  );
}

export function changesSomething(method: string): boolean {
  return !READING.has(method.slice(method.lastIndexOf('.') + 1));
}

/** Whether somebody tries what she may not: that is kept of methods that only read as well. */
export function isForbidden(code: number): boolean {
  return code === CODE.AUTHENTICATION || code === CODE.AUTHORIZATION;
}

/** Whether a call was turned away, of which only so many are kept. */
export function isRefusal(code: number): boolean {
  return REFUSALS.has(code);
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

/** The object that a call is on: `vm:3`. Undefined where there is none. */
export function objectOf(method: string, { id }: AuditEvent['on']): string | undefined {
  const noun = nounOf(method);
  return noun !== undefined && isId(id) ? `${noun}:${id}` : undefined;
}

/** The object that a call has made. */
export function madeBy(method: string, result: unknown): string | undefined {
  const noun = nounOf(method);
  const verb = method.slice(method.lastIndexOf('.') + 1);
  if (noun === undefined || !Object.hasOwn(MAKING, verb) || !isId(result)) return undefined;
  return `${MAKING[verb] ?? noun}:${result}`;
}

/** Through what somebody was known: her password, or which of her tokens. */
export function knownBy(tokens: readonly LoginToken[] = [], session: string): string {
  const hash = hashToken(session.slice(session.indexOf(':') + 1));
  const token = tokens.find((each) => each.hash === hash);
  if (!token) return 'password';
  return `${token.session ? 'session' : 'token'} ${hash.slice(0, HASH_CHARACTERS)}`;
}

function nounOf(method: string): string | undefined {
  if (method.startsWith('file.')) return 'image';
  const noun = /^one\.([a-z]+)\./.exec(method)?.[1];
  return noun === undefined ? undefined : (NOUNS[noun] ?? noun);
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function namesIn(template: string): string[] {
  try {
    const names = parseTemplate(template).map(([name]) => (ATTRIBUTE.test(name) ? name : '?'));
    return [...new Set(names)];
  } catch {
    return []; // it is no template, which the method itself says; nothing of it is known to be no secret
  }
}
