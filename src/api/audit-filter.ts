// Which records of the audit log are asked for, as a template: UID="2" OBJECT="vm:3" METHOD="one.vm.delete" FROM="..." TO="...". Pure.
import { text, type Attributes } from '../model/attributes.ts';
import type { AuditFilter } from '../model/audit.ts';
import { CODE, OneError } from '../model/errors.ts';

const KNOWN = ['UID', 'OBJECT', 'METHOD', 'FROM', 'TO'];

/** Throws for what is not known: a filter that is left out would show more than was asked for. */
export function readAuditFilter(template: Attributes): Omit<AuditFilter, 'limit' | 'before'> {
  const unknown = template.find(([name, value]) => !KNOWN.includes(name) || typeof value !== 'string');
  if (unknown)
    throw wrong(`${unknown[0]} is no plain value by which records are found; there are ${KNOWN.join(', ')}.`);
  const uid = matching(template, 'UID', /^(-1|\d{1,9})$/, 'the id of a user, or -1 for nobody');
  const object = matching(template, 'OBJECT', /^[a-z]{1,20}:\d{1,9}$/, 'a kind of object and its id, such as vm:3');
  const method = matching(template, 'METHOD', /^[\w. ]{1,128}$/, 'the name of a method, such as one.vm.recover');
  const [since, until] = ['FROM', 'TO'].map((name) => matching(template, name, /^\d{1,11}$/, 'epoch seconds'));
  return {
    ...(uid !== undefined && { uid: Number(uid) }),
    ...(object !== undefined && { object }),
    ...(method !== undefined && { method }),
    ...(since !== undefined && { sinceMs: Number(since) * 1000 }),
    ...(until !== undefined && { untilMs: Number(until) * 1000 }),
  };
}

function matching(template: Attributes, name: string, form: RegExp, right: string): string | undefined {
  const value = text(template, name);
  if (value === undefined || form.test(value)) return value;
  throw wrong(`${name}="${value.slice(0, 100)}" is not right; it must be ${right}.`);
}

function wrong(message: string): OneError {
  return new OneError(CODE.ACTION, message);
}
