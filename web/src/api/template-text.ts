// Templates as the daemon's methods take them: attributes as lines of text. Pure.
import type { Attribute, Attributes } from './documents.ts';

/** Attributes to write; those that are undefined are left out. An empty text stays: it takes a value away. */
export interface Written {
  [name: string]: string | number | boolean | Written | ReadonlyArray<string | Written> | undefined;
}

export function templateText(attributes: Written): string {
  return Object.entries(attributes)
    .flatMap(([name, value]) => lines(name, value))
    .join('\n');
}

function lines(name: string, value: Written[string]): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((each: string | Written) => lines(name, each));
  if (typeof value === 'object') {
    const inner = Object.entries(value as Written).flatMap(([key, each]) => {
      if (each === undefined) return [];
      if (typeof each === 'object') throw new Error(`${name}: the vector's ${key} is no text`);
      return [`${key}=${quoted(each)}`];
    });
    return [`${name}=[${inner.join(', ')}]`];
  }
  return [`${name}=${quoted(value)}`];
}

/** YES and NO are what OpenNebula calls true and false. Backslashes count only in front of a quote, so those that stand there are doubled. */
function quoted(value: string | number | boolean): string {
  const text = typeof value === 'boolean' ? (value ? 'YES' : 'NO') : String(value);
  return `"${text.replaceAll(/(\\*)("|$)/g, (_all, slashes: string, quote: string) => slashes + slashes + (quote && '\\"'))}"`;
}

/** The text of an attribute; of several, the last one, which is the one that counts. */
export function textOf(attributes: Attributes, name: string): string | undefined {
  const value = several(attributes[name]).at(-1);
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}

/** The vectors of a name: its DISKs, say. */
export function vectorsOf(attributes: Attributes, name: string): Attributes[] {
  return several(attributes[name]).filter((value) => typeof value === 'object');
}

function several(value: Attribute | undefined): Array<string | number | Attributes> {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(several) : [value];
}
