// The key that the secrets in the database are encrypted with: a file of its own, so that a copy of the database tells nothing.
// It is made once; when it is gone while secrets depend on it, nothing takes its place.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CODE, OneError } from '../model/errors.ts';

const KEY_BYTES = 32;

/** The key at `path`. `needed` says what is encrypted with it, and is undefined while nothing is: then one is made if missing. */
export async function openKey(path: string, needed: string | undefined): Promise<Uint8Array> {
  try {
    const key = await readFile(path);
    if (key.length !== KEY_BYTES) throw unusable(path, `has ${key.length} bytes; it must have ${KEY_BYTES}`);
    await chmod(path, 0o600);
    return key;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    if (needed !== undefined) throw unusable(path, `is missing, and ${needed} cannot be read without it`);
    return makeKey(path);
  }
}

async function makeKey(path: string): Promise<Uint8Array> {
  const key = randomBytes(KEY_BYTES);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  return key;
}

function unusable(path: string, why: string): OneError {
  return new OneError(CODE.INTERNAL, `The key ${path} ${why}.`, { hint: 'Bring the file back from a copy of it.' });
}
