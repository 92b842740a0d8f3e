// Who may change the records: the one process that holds the lock of the state directory. The kernel drops it when its holder dies.
import { DatabaseSync } from 'node:sqlite';
import { CODE, OneError } from '../model/errors.ts';
import { keepPrivate } from './private-file.ts';

/** Takes the lock, or throws; returns what gives it back. */
export function lockState(stateDirectory: string): () => void {
  const file = `${stateDirectory}/daemon.lock`;
  keepPrivate(file);
  const lock = new DatabaseSync(file);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (cause) {
    lock.close();
    throw new OneError(CODE.INTERNAL, `Another daemon works on ${stateDirectory}; stop it first.`, { cause });
  }
  return () => lock.close();
}
