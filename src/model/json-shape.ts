// Reads JSON that another program wrote: of all that it says the parts that are wanted, if they are of the kind they should be. Pure.
import { CODE, OneError } from './errors.ts';

/** What was wanted, or undefined where the value is something else. */
export type Read<T> = (value: unknown) => { is: T } | undefined;
export type Shape<R> = R extends Read<infer T> ? T : never;

export const text: Read<string> = (value) => (typeof value === 'string' ? { is: value } : undefined);
export const number: Read<number> = (value) => (Number.isFinite(value) ? { is: value as number } : undefined);
export const anything: Read<unknown> = (value) => ({ is: value });

export function matching(pattern: RegExp): Read<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? { is: value } : undefined);
}

export function exactly<T extends string>(word: T): Read<T> {
  return (value) => (value === word ? { is: word } : undefined);
}

/** Also undefined, when it is missing or null. */
export function maybe<T>(read: Read<T>): Read<T | undefined> {
  return (value) => (value === undefined || value === null ? { is: undefined } : read(value));
}

export function list<T>(read: Read<T>): Read<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const parts = value.map(read);
    return parts.every((part) => part !== undefined) ? { is: parts.map(({ is }) => is) } : undefined;
  };
}

export function object<F extends Record<string, Read<unknown>>>(fields: F): Read<{ [K in keyof F]: Shape<F[K]> }> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const found: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(fields)) {
      const part = read(Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined);
      if (part === undefined) return undefined;
      found[name] = part.is;
    }
    return { is: found as { [K in keyof F]: Shape<F[K]> } };
  };
}

/** Undefined when the text is no JSON, or says something else. */
export function readJson<T>(read: Read<T>, said: string): T | undefined {
  try {
    return read(JSON.parse(said))?.is;
  } catch {
    return undefined;
  }
}

/** The same, of a program that must know the answer. Throws OneError when it says something else. */
export function understood<T>(read: Read<T>, program: string, said: string): T {
  const answer = readJson(read, said);
  if (answer !== undefined) return answer;
  throw new OneError(CODE.INTERNAL, `${program} said something that is not understood: ${said.slice(0, 200)}`);
}
