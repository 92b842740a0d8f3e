// ~/.one/one_auth, as login tokens are put there and taken away: one line `user:token` that only its owner may read.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../model/errors.ts';
import { Failure } from './failure.ts';

/** Where the credentials of the user with this home directory are. */
export function authFile(home: string): string {
  return path.join(home, '.one', 'one_auth');
}

/** Writes the credentials; false when there are some already and they are not to be replaced. */
export function writeCredentials(file: string, credentials: string, replace: boolean): boolean {
  if (existsSync(file) && !replace) return false;
  // Beside the file and then in its place: nobody finds half of it, and its mode does not depend on what was there.
  const fresh = `${file}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(fresh, `${credentials}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new Failure(`The token could not be written to ${file}: ${reasonOf(error)}`, { cause: error });
  }
  return true;
}

/** Removes the file when it has this user's token, which may be named by its SHA-256 as well; whether it did. */
export function removeCredentials(file: string, username: string, token: string): boolean {
  if (!existsSync(file)) return false;
  const [name, ...rest] = readFileSync(file, 'utf8').trim().split(':');
  const kept = rest.join(':');
  if (name !== username || (kept !== token && sha256(kept) !== token)) return false;
  rmSync(file);
  return true;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
