// The attributes of a SCHED_ACTION: which there are, how one is looked up, and how an error names it. Pure.
import { field, type Vector } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';

const READ = ['ACTION', 'ARGS', 'TIME', 'REPEAT', 'DAYS', 'END_TYPE', 'END_VALUE', 'WARNING'];
/** Clients send back what they were shown. */
const SHOWN = ['ID', 'PARENT_ID', 'TYPE', 'DONE', 'MESSAGE'];

export function refuseUnknown(vector: Vector): void {
  const unknown = vector.find(([name]) => !READ.includes(name) && !SHOWN.includes(name));
  if (unknown) wrong(unknown[0], unknown[1], `a scheduled action has ${READ.join(', ')}`);
}

/** The value of an attribute; empty is as left out. */
export function given(vector: Vector, name: string): string | undefined {
  return field(vector, name)?.trim() || undefined;
}

/** A number of at most 12 digits, undefined when it is none. */
export function whole(text: string): number | undefined {
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Throws what is wrong with an attribute, and what would be right. */
export function wrong(name: string, value: string, right: string): never {
  throw new OneError(CODE.INTERNAL, `SCHED_ACTION/${name}="${value}" is not right; ${right}.`);
}
