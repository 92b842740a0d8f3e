// Copies a database of SQLite beside it before a newer program changes its schema: who has to go back to the older one has what that can read.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CODE, OneError } from '../model/errors.ts';
import { keepPrivate } from './private-file.ts';

/** So many copies stay, the newest. */
const KEPT = 3;

/** `change` is the first that will be made. Throws OneError; then nothing has been changed. */
export function copyBefore(database: DatabaseSync, path: string, change: string): void {
  if (path === ':memory:') return;
  const copy = `${path}.before-${change}`;
  try {
    rmSync(copy, { force: true }); // of an upgrade that came no further
    keepPrivate(copy);
    database.prepare('VACUUM INTO ?').run(copy);
  } catch (cause) {
    throw new OneError(
      CODE.INTERNAL,
      `The database ${path} was not brought up to date: it could not be copied to ${copy} first.`,
      { cause, hint: 'Give its file system room for a second one, and start again.' },
    );
  }
  for (const old of copiesOf(path).slice(KEPT)) rmSync(old, { force: true });
}

/** The newest first. */
export function copiesOf(path: string): string[] {
  const directory = dirname(path);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${basename(path)}.before-`))
    .map((name) => join(directory, name))
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
}
