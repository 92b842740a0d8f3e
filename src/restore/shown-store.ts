// Where the store of a backup shows its files while a restore reads them. A mover that died has left a mount there that answers nobody.
import { join } from 'node:path';
import type { Host } from '../model/host.ts';
import type { Operation } from '../model/operation.ts';
import type { Parts } from '../vm/parts.ts';

/** On the host where the restore runs. */
export function shownStore(parts: Pick<Parts, 'runDirectoryOf'>, { id }: Pick<Operation, 'id'>, host?: Host): string {
  return join(parts.runDirectoryOf(host), id);
}
