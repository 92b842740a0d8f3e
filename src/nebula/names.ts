// Names there and here, as the command line gives them. Pure.
import { CODE, OneError } from '../model/errors.ts';

/** `OLD=NEW` each. Throws OneError for what is no such pair, and for a name that is given twice. */
export function pairsOf(option: string, given: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of given) {
    const [, old = '', name = ''] = /^([^=]+)=([^=]+)$/.exec(pair) ?? [];
    if (old === '') throw new OneError(CODE.ACTION, `${option} ${pair} is not right; it must be OLD=NEW.`);
    if (pairs.has(old)) throw new OneError(CODE.ACTION, `${option} names ${old} twice.`);
    pairs.set(old, name);
  }
  return pairs;
}
