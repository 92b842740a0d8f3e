// How the values of a datastore's RESTIC_* attributes are read. Pure. A value that is not understood is an error that names the attribute
// and what would be right, never a silent default; the value of a secret is not repeated.
import { isAbsolute } from 'node:path';
import { CODE, OneError } from '../../model/errors.ts';
import { SECRET_ATTRIBUTES } from '../../model/secrets.ts';

export type Attributes = Record<string, string>;

/** A file that a program needs: one that is there, or a text that has to be put into one. */
export type FileText = { path: string } | { text: string };

/** Undefined when the attribute is not given. */
export function wholeNumber(attributes: Attributes, name: string, min: number, max: number): number | undefined {
  const given = attributes[name] ?? '';
  if (given === '') return undefined;
  const value = /^-?\d{1,10}$/.test(given) ? Number(given) : NaN;
  if (value >= min && value <= max) return value;
  throw wrong(attributes, name, `must be a whole number from ${min} to ${max}`);
}

/** One of these words, in the spelling of the list whatever the case it is given in. */
export function choice(attributes: Attributes, name: string, words: readonly string[]): string | undefined {
  const given = attributes[name] ?? '';
  if (given === '') return undefined;
  const word = words.find((one) => one.toLowerCase() === given.toLowerCase());
  if (word !== undefined) return word;
  throw wrong(attributes, name, `must be one of ${words.join(', ')}`);
}

export function yesOrNo(attributes: Attributes, name: string): boolean {
  return choice(attributes, name, ['YES', 'NO']) === 'YES';
}

/** A text of this form; `right` says what it must be. */
export function word(attributes: Attributes, name: string, pattern: RegExp, right: string, usual = ''): string {
  const given = attributes[name] || usual;
  if (pattern.test(given)) return given;
  if (given === '') throw new OneError(CODE.INTERNAL, `${name} is missing; it ${right}.`);
  throw wrong(attributes, name, right);
}

export function absolutePath(attributes: Attributes, name: string, usual: string): string {
  const path = attributes[name] || usual;
  if (isAbsolute(path) && !/[\0-\x1f\x7f]/.test(path)) return path;
  throw new OneError(
    CODE.INTERNAL,
    `${name}="${path}" is not the path of a directory; it must be absolute, such as /srv/backups/vault.`,
  );
}

/** A secret that is handed over in the environment. */
export function secret(attributes: Attributes, name: string, what: string): string {
  const given = attributes[name] ?? '';
  if (given !== '' && !given.includes('\0')) return given;
  const why = given === '' ? 'is missing' : 'contains a NUL character';
  throw new OneError(CODE.INTERNAL, `${name} ${why}; it must be ${what}.`);
}

/** What begins with a slash is the path of a file; anything else must begin as `begins` says and is what stands in one. */
export function fileText(attributes: Attributes, name: string, begins: RegExp, right: string): FileText | undefined {
  const given = (attributes[name] ?? '').trim();
  if (given === '') return undefined;
  if (/^\/[A-Za-z0-9_@+=:,./-]+$/.test(given)) return { path: given };
  // a template may have line ends as \n
  const text = given.replaceAll('\\n', '\n');
  if (begins.test(text)) return { text: `${text}\n` };
  throw wrong(attributes, name, `must be ${right}, or the absolute path of a file with it`);
}

export function wrong(attributes: Attributes, name: string, right: string): OneError {
  const value = SECRET_ATTRIBUTES.has(name) ? '***' : (attributes[name] ?? '');
  return new OneError(CODE.INTERNAL, `${name}="${value}" is not usable; it ${right}.`);
}
