// Named arguments of a call in JSON, put into the order of the method's parameters. Pure.
import { CODE, OneError } from '../model/errors.ts';
import type { Value } from '../wire/xmlrpc.ts';
import type { Param } from './method.ts';

type Kind = Extract<Param, string>;

/** The values by position; those that may be left out take what they then have. Throws OneError that names the parameter. */
export function positional(
  method: string,
  params: readonly Param[],
  names: readonly string[],
  given: unknown,
): Value[] {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw wrong(method, `the body must be an object of the parameters ${listed(names)}`);
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw wrong(method, `${JSON.stringify(unknown.slice(0, 100))} is no parameter; there are ${listed(names)}`);
  }
  return params.map((param, index) => {
    const name = names[index] ?? '';
    const value = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined;
    return argument(method, name, param, value);
  });
}

function argument(method: string, name: string, param: Param, value: unknown): Value {
  const kind = typeof param === 'string' ? param : param[0];
  if (value === undefined) {
    if (typeof param !== 'string') return param[1];
    throw wrong(method, `the parameter ${name} is missing; it must be ${WORDS[kind]}`);
  }
  if (isOf(kind, value)) return value;
  throw wrong(method, `${name}=${shown(value)} is not usable; it must be ${WORDS[kind]}`);
}

const WORDS: Record<Kind, string> = {
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  'int[]': 'a list of whole numbers',
};

function isOf(kind: Kind, value: unknown): value is Value {
  if (kind === 'int[]') return Array.isArray(value) && value.every(isInt);
  return kind === 'int' ? isInt(value) : typeof value === kind;
}

/** As large as in XML-RPC, so that both ways take the same. */
function isInt(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '(none)' : names.join(', ');
}

function wrong(method: string, why: string): OneError {
  return new OneError(CODE.XML_RPC_API, `[${method}] ${why}.`);
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 100);
}
