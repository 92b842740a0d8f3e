// A secret that the configuration names a file for. It is read whenever it is used, so a new one needs no new start.
import { open } from 'node:fs/promises';
import { CODE, OneError } from '../model/errors.ts';

const ALL_READ = 0o004;

/** The content without line ends at its end. Throws a OneError when there is none, or everybody may read it. */
export async function readSecret(attribute: string, path: string): Promise<string> {
  const bad = (why: string, hint = ''): OneError =>
    new OneError(CODE.INTERNAL, `The configuration's ${attribute}="${path}" is not right: ${why}.`, { hint });
  let file;
  try {
    file = await open(path);
  } catch (cause) {
    throw bad(`it cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw bad('it is not a file');
    if (stats.mode & ALL_READ) throw bad('everybody may read it', `chmod 600 ${path}`);
    const secret = (await file.readFile('utf8')).replace(/[\r\n]+$/, '');
    if (secret === '') throw bad('it is empty');
    return secret;
  } finally {
    await file.close();
  }
}
