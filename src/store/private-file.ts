// Files that only their owner may read: they are made so, never made first and closed afterwards.
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';

/** What SQLite keeps beside a database; made later, these take after the database's own mode. */
const BESIDE = ['-wal', '-shm', '-journal'];

/** Makes the file of a database at `path` when there is none, and takes it from everybody but its owner. */
export function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const file of [path, ...BESIDE.map((ending) => path + ending)]) if (existsSync(file)) chmodSync(file, 0o600);
}
