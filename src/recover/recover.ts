// Finds the copies of a database in a store, and puts one of them into a state directory that has none. The database gets its name when all
// else is there, so what broke off leaves no half installation.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BackupStore } from '../datastore/backup-store.ts';
import { listSelves, type StoredSelf } from '../datastore/self-record.ts';
import { CODE, OneError } from '../model/errors.ts';
import { newestFirst, SELF_DATABASE_FILE, SELF_SECRET_FILES } from '../model/self-backup.ts';
import { copyStore, requireEmptyStore } from '../store/copy.ts';
import type { StorePlace } from '../store/open.ts';
import { openSqlite } from '../store/sqlite.ts';
import { lockState } from '../store/state-lock.ts';
import { settleRecovered, type Settled } from './settle.ts';

export interface Target extends StorePlace {
  stateDirectory: string;
}

/** What may be in an empty state directory: where datastores or whole disks are mounted. */
const NOT_OURS = new Set(['datastores', 'lost+found']);
const BESIDE = ['', '-wal', '-shm', '-journal'];

/** Copies, newest first. Throws when there is none. */
export async function copiesIn(
  store: BackupStore,
  signal: AbortSignal,
): Promise<{ copies: StoredSelf[]; lines: string[] }> {
  await store.prepare(signal);
  const { selves, lines } = await listSelves(store, signal);
  if (selves.length > 0) return { copies: newestFirst(selves), lines };
  const left = lines.length > 0 ? ` ${lines.join(' ')}` : '';
  throw new OneError(CODE.ACTION, `The store holds no copy of a database.${left}`, {
    hint: 'Create the datastore anew and use onedatastore rescan: it lists backups without a database.',
  });
}

/** The copy that was asked for. Of more than one OneVault somebody has to say which. */
export function choose(copies: readonly StoredSelf[], wanted: string | undefined): StoredSelf {
  const [newest] = copies;
  if (wanted !== undefined || newest === undefined) {
    const found = copies.find(({ source }) => source === wanted);
    if (found) return found;
    throw new OneError(CODE.ACTION, `Snapshot "${wanted ?? ''}" is no copy of a database.`, { hint: 'See --list.' });
  }
  if (copies.every(({ record }) => record.installation === newest.record.installation)) return newest;
  throw new OneError(CODE.ACTION, 'The store holds copies of the databases of several OneVaults.', {
    hint: 'See --list, and give one with --snapshot.',
  });
}

export async function requireEmpty({ stateDirectory, database, postgres }: Target): Promise<void> {
  const there = [...(await namesIn(stateDirectory))].filter((name) => !NOT_OURS.has(name));
  const [first] = there;
  if (first !== undefined) {
    throw new OneError(
      CODE.ACTION,
      `The database cannot be recovered to ${stateDirectory}: it is not empty, it holds ${first}.`,
      { hint: 'Give an empty directory with --state, or move away what is there.' },
    );
  }
  if (postgres) return requireEmptyStore({ database, postgres });
  const file = database.slice(dirname(database).length + 1);
  if (!(await namesIn(dirname(database))).some((name) => BESIDE.some((ending) => name === file + ending))) return;
  throw new OneError(CODE.ACTION, `The database cannot be recovered to ${database}: there is one already.`, {
    hint: 'Move it away.',
  });
}

/** Throws, and leaves nothing, when the copy is not what was stored. */
export async function recover(
  store: BackupStore,
  { source, directory, record }: StoredSelf,
  target: Target,
  nowMs: number,
  signal: AbortSignal,
): Promise<Settled> {
  await requireEmpty(target);
  const { stateDirectory, database, postgres } = target;
  await mkdir(stateDirectory, { recursive: true, mode: 0o755 });
  await mkdir(dirname(database), { recursive: true, mode: 0o755 });
  const unlock = lockState(stateDirectory);
  const half = `${database}.recovering`;
  const secrets = record.withSecrets ? [...SELF_SECRET_FILES] : [];
  try {
    await writePrivate(half, store.read(source, `${directory}/${SELF_DATABASE_FILE}`), signal);
    const found = await hashOf(half);
    if (found !== record.databaseSha256) {
      throw new OneError(
        CODE.ACTION,
        `The database in snapshot ${source} is not what was stored: its hash is ${found}.`,
        {
          hint: 'Take an older copy with --snapshot.',
        },
      );
    }
    const settled = await settle(half, record, nowMs);
    for (const [name, path] of secrets) {
      await mkdir(dirname(`${stateDirectory}/${path}`), { recursive: true, mode: 0o700 });
      await writePrivate(`${stateDirectory}/${path}`, store.read(source, `${directory}/${name}`), signal);
    }
    if (postgres) {
      await copyStore({ database: half }, target);
      await removeHalf(half);
    } else await rename(half, database);
    return settled;
  } catch (error) {
    await removeHalf(half);
    for (const [, path] of secrets) await rm(`${stateDirectory}/${path}`, { force: true });
    await rm(`${stateDirectory}/daemon.lock`, { force: true });
    throw error;
  } finally {
    unlock();
  }
}

async function removeHalf(half: string): Promise<void> {
  for (const ending of BESIDE) await rm(half + ending, { force: true });
}

async function settle(file: string, record: StoredSelf['record'], nowMs: number): Promise<Settled> {
  const store = await openSqlite(file);
  try {
    return await settleRecovered(store, record, nowMs);
  } finally {
    await store.close(); // takes the write-ahead log into the file
  }
}

async function writePrivate(path: string, content: Readable, signal: AbortSignal): Promise<void> {
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }), { signal });
}

async function hashOf(path: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(path), sum);
  return sum.digest('hex');
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
