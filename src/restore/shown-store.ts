// Where the store of a backup shows its files while a restore reads them. A mover that died has left a mount there that answers nobody.
import { rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unmount } from '../datastore/unmount.ts';
import type { Operation } from '../model/operation.ts';
import type { Parts } from '../vm/parts.ts';

export function shownStore({ runDirectory }: Pick<Parts, 'runDirectory'>, { id }: Pick<Operation, 'id'>): string {
  return join(runDirectory, id);
}

/** Clears what a dead run has left there. Throws what the programs report. */
export async function clearShown(directory: string): Promise<void> {
  if (await isNowhere(directory)) return;
  await unmount(directory);
  await rmdir(directory);
}

/** A dead mount is somewhere, though it cannot be looked at. */
async function isNowhere(directory: string): Promise<boolean> {
  return stat(directory).then(
    () => false,
    (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT',
  );
}
