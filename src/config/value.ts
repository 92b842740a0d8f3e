// Values of the configuration that are read the same wherever they stand, and the one form in which a wrong one is refused. Pure.
import { CODE, OneError } from '../model/errors.ts';

/** A number from 0 on, of at most eight digits. */
export function count(name: string, given: string | undefined, otherwise: number, right: string): number {
  if (given === undefined) return otherwise;
  if (!/^\d{1,8}$/.test(given)) bad(name, given, `it must be ${right}`);
  return Number(given);
}

/** A number from 1 to `most`. */
export function between(
  ...[name, given, otherwise, most, right]: [string, string | undefined, number, number, string]
): number {
  const number = count(name, given, otherwise, right);
  if (number < 1 || number > most) bad(name, given, `it must be ${right}`);
  return number;
}

export function yesOrNo(name: string, given: string): boolean {
  const word = given.toUpperCase();
  return word === 'YES' || (word !== 'NO' && bad(name, given, 'it must be YES or NO'));
}

/** Of a file: the id of a group of OneVault. */
export function groupId(name: string, given: string | undefined): number {
  const right = 'it must be the id of a group of OneVault, such as 100';
  if (given === undefined) bad(name, undefined, right);
  return count(name, given, 0, right.replace('it must be ', ''));
}

export function absolute(name: string, path: string): string {
  if (!path.startsWith('/')) bad(name, path, 'it must be an absolute path');
  return path;
}

/** Throws. Leave the value out when it may be secret. */
export function bad(name: string, value: string | undefined, why: string): never {
  const given = value === undefined ? name : `${name}="${value}"`;
  throw new OneError(CODE.INTERNAL, `The configuration's ${given} is not right: ${why}.`);
}
