// The -m option: how many objects to create.
import { Failure } from './failure.ts';

/** A `-m` option as a number, 1 without it. */
export function count(given: string | undefined): number {
  if (given === undefined) return 1;
  if (!/^[1-9]\d{0,5}$/.test(given)) throw new Failure(`--multiple ${given} is no number above 0.`);
  return Number(given);
}
