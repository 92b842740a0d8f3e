// A copy of a database of one moment, beside a daemon that goes on writing; nobody but its owner may read it.
import { DatabaseSync, backup } from 'node:sqlite';
import { keepPrivate } from './private-file.ts';

/** More pages than a database can have: all in one step, on a thread of its own, so that no write in between makes it begin again. */
const ALL_PAGES = 2 ** 30;

/** Makes `target`, which is not there yet. */
export async function copyDatabase(database: string, target: string): Promise<void> {
  keepPrivate(target);
  const source = new DatabaseSync(database, { timeout: 5000, readOnly: true });
  try {
    await backup(source, target, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(target);
  try {
    copy.exec('PRAGMA journal_mode = DELETE;'); // one file, which needs nothing beside it
  } finally {
    copy.close();
  }
  keepPrivate(target);
}
