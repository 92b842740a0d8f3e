// Parameters that OpenNebula gives as numbers.
import { CODE, OneError } from '../model/errors.ts';

/** The last parameter of update calls: 0 replaces, 1 merges. */
export function appendFlag(value: number): boolean {
  if (value === 0 || value === 1) return value === 1;
  throw new OneError(CODE.XML_RPC_API, `Update type ${value} is not known; it must be 0 (replace) or 1 (append).`);
}
