// What is wrong with a new object is an allocation error, whoever notices it.
import { CODE, OneError } from '../model/errors.ts';

/** Runs `make`; a refusal of what it was given becomes OpenNebula's allocation error, all other errors stay what they are. */
export function allocating<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OneError) || (error.code !== CODE.ACTION && error.code !== CODE.INTERNAL)) throw error;
    const { message, objectId, retry, hint } = error;
    throw new OneError(CODE.ALLOCATE, message, { objectId, retry, hint, cause: error });
  }
}
