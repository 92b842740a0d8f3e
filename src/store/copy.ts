// Copies of databases: one of a moment beside a daemon that goes on writing, as a file that only its owner may read; and from one kind of
// database to the other. A file gets its name when it is whole.
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { DatabaseSync, backup } from 'node:sqlite';
import { CODE, OneError } from '../model/errors.ts';
import { copyRows, requireEmpty, type Counts } from './copy-rows.ts';
import { openStore, readStore, type StorePlace } from './open.ts';
import { keepPrivate } from './private-file.ts';
import type { SqlStore } from './sql-store.ts';

/** More pages than a database can have: all in one step, on a thread of its own, so that no write in between makes it begin again. */
const ALL_PAGES = 2 ** 30;
const BESIDE = ['', '-wal', '-shm', '-journal'];

/** Makes the file `target`, which is not there yet: a database of SQLite, whatever the other one is on. */
export async function copyDatabase(place: StorePlace, target: string): Promise<void> {
  if (place.postgres) await copyStore(place, { database: target });
  else await copyFileOf(place.database, target);
  const copy = new DatabaseSync(target);
  try {
    copy.exec('PRAGMA journal_mode = DELETE;'); // one file, which needs nothing beside it
  } finally {
    copy.close();
  }
  keepPrivate(target);
}

async function copyFileOf(database: string, target: string): Promise<void> {
  keepPrivate(target);
  const source = new DatabaseSync(database, { timeout: 5000, readOnly: true });
  try {
    await backup(source, target, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
}

/** Copies all of a database into one that is empty, or a file that is not there: all of it or nothing. Ids stay. */
export async function copyStore(from: StorePlace, to: StorePlace): Promise<Counts> {
  const source = await readStore(from);
  try {
    if (to.postgres) return await fill(source, to);
    if (BESIDE.some((ending) => existsSync(to.database + ending))) {
      throw new OneError(CODE.ACTION, `The database cannot be copied to ${to.database}: there is one already.`, {
        hint: 'Give a name that is free.',
      });
    }
    return await fillFile(source, to.database);
  } finally {
    await source.close();
  }
}

async function fillFile(source: SqlStore, database: string): Promise<Counts> {
  const half = `${database}.copying`;
  const remove = async (): Promise<void> => {
    for (const ending of BESIDE) await rm(half + ending, { force: true });
  };
  await remove(); // of a copy that was broken off
  try {
    const counts = await fill(source, { database: half });
    await rename(half, database); // closed, it has nothing beside it
    return counts;
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fill(source: SqlStore, to: StorePlace): Promise<Counts> {
  const target = await openStore(to);
  try {
    return await source.snapshot((from) => target.rewrite((db) => copyRows(from, db)));
  } finally {
    await target.close();
  }
}

/** Throws when a database that is to be filled holds something. */
export async function requireEmptyStore(place: StorePlace): Promise<void> {
  const store = await openStore(place);
  try {
    await store.snapshot(requireEmpty);
  } finally {
    await store.close();
  }
}
