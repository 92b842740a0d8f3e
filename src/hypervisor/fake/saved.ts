// The fake's saved memory: what the guest remembers, and whose it is.
import { readFile, writeFile } from 'node:fs/promises';
import { CODE, OneError, reasonOf } from '../../model/errors.ts';
import type { FakeDomain } from './domain-file.ts';

export interface Saved {
  name: string;
  uuid: string;
  memory: string;
}

export async function writeSaved({ name, uuid, memory }: FakeDomain, file: string): Promise<void> {
  try {
    await writeFile(file, JSON.stringify({ name, uuid, memory }), { mode: 0o600 });
  } catch (cause) {
    throw new OneError(CODE.INTERNAL, `The memory of domain ${name} could not be saved: ${reasonOf(cause)}`, { cause });
  }
}

export async function readSaved(name: string, file: string): Promise<Saved> {
  let saved: Saved;
  try {
    saved = JSON.parse(await readFile(file, 'utf8')) as Saved;
  } catch (cause) {
    throw new OneError(CODE.INTERNAL, `${file} cannot be read as saved memory: ${reasonOf(cause)}`, { cause });
  }
  if (saved.name === name) return saved;
  throw new OneError(
    CODE.ACTION,
    `${file} holds the memory of domain ${saved.name}, not of ${name}; nothing was restored.`,
  );
}

/** Whether the file is a complete image of that domain. */
export async function isSaved(name: string, file: string): Promise<boolean> {
  return readSaved(name, file).then(
    () => true,
    () => false,
  );
}
