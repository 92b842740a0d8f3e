// Changes an object that may be gone by now, in one step of its own: a look beforehand would have to be in a transaction with the change.
import { CODE, OneError } from '../model/errors.ts';
import type { Pool } from './store.ts';

/** The changed object; undefined when there is none of this id. */
export async function updateIfThere<T>(
  pool: Pick<Pool<T>, 'update'>,
  id: number,
  change: (object: T) => void,
): Promise<T | undefined> {
  let found = false;
  try {
    return await pool.update(id, (object) => {
      found = true;
      change(object);
    });
  } catch (error) {
    const isGone = error instanceof OneError && error.code === CODE.NO_EXISTS && !found;
    if (!isGone) throw error;
    return undefined;
  }
}
