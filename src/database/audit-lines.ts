// Records of the audit log as lines of a terminal. Pure.
import type { AuditEvent, AuditRecord } from '../model/audit.ts';

export function auditLines(records: readonly AuditRecord[]): string {
  return records.map(({ seq, event }) => `${lineOf(seq, event)}\n`).join('');
}

function lineOf(
  seq: number,
  { at, uid, user, method, on, attributes, code, result, from, by, node }: AuditEvent,
): string {
  const what = [
    ...Object.entries(on).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ...(attributes.length > 0 ? [`attributes=${JSON.stringify(attributes)}`] : []),
  ];
  const who = uid === -1 ? `nobody${user === '' ? '' : ` (as ${user})`}` : `${user} [${uid}]`;
  const outcome = code === 0 ? `done${result === -1 ? '' : ` (${result})`}` : `error ${code}`;
  const where = [`by ${by}`, ...(from === '' ? [] : [`from ${from}`]), ...(node === '' ? [] : [`at ${node}`])];
  const line = [seq, new Date(at).toISOString(), who, method, ...what, '->', outcome, ...where].join(' ');
  return [...line].map((each) => (isControl(each) ? '?' : each)).join('');
}

/** Nothing that a terminal would obey. */
function isControl(character: string): boolean {
  return /\p{Cc}|\p{Cf}/u.test(character);
}
