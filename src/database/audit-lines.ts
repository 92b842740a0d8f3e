// Records of the audit log as lines of a terminal. Pure.
import { NOT_ENDED, outcomeOf, type AuditEntry } from '../model/audit.ts';

export function auditLines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${lineOf(entry)}\n`).join('');
}

function lineOf(entry: AuditEntry): string {
  const { at, uid, user, method, on, attributes, from, by, node } = entry.event;
  const { code, result } = outcomeOf(entry);
  const what = [
    ...Object.entries(on).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ...(attributes.length > 0 ? [`attributes=${JSON.stringify(attributes)}`] : []),
  ];
  const who = uid === -1 ? `nobody${user === '' ? '' : ` (as ${word(user)})`}` : `${word(user)} [${uid}]`;
  const where = [`by ${by}`, ...(from === '' ? [] : [`from ${from}`]), ...(node === '' ? [] : [`at ${node}`])];
  const outcome = outcomeWords(code, result);
  const line = [entry.seq, new Date(at).toISOString(), who, method, ...what, '->', outcome, ...where].join(' ');
  return [...line].map((each) => (isControl(each) ? '?' : each)).join('');
}

function outcomeWords(code: number, result: number): string {
  if (code === NOT_ENDED) return 'has not ended';
  return code === 0 ? `done${result === -1 ? '' : ` (${result})`}` : `error ${code}`;
}

/** A name with spaces or quotes in it may not look like the rest of a line. */
function word(name: string): string {
  return /^[\w.@+-]+$/.test(name) ? name : JSON.stringify(name);
}

/** Nothing that a terminal would obey. */
function isControl(character: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character);
}
