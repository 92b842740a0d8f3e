// Every command with subcommands, found by its file: `onevm.ts` exports `onevm`. For what goes over all of them.
import { readdir } from 'node:fs/promises';
import { OWN_EXTENSION } from '../model/own-files.ts';
import { Family } from './family.ts';
import type { Io } from './io.ts';

const FAMILY_FILE = /^(one[a-z]+)\.[jt]s$/;

/** All families in the order of their names. onevault is none: it starts programs rather than calling the server. */
export async function families(io: Io): Promise<Family[]> {
  const files = await readdir(import.meta.dirname);
  const names = files.flatMap((file) => FAMILY_FILE.exec(file)?.[1] ?? []).filter((name) => name !== 'onevault');
  return Promise.all(names.sort().map((name) => load(name, io)));
}

async function load(name: string, io: Io): Promise<Family> {
  const file = `./${name}${OWN_EXTENSION}`;
  const module: unknown = await import(file);
  const make = isRecord(module) ? module[name] : undefined;
  const family: unknown = isMaker(make) ? make(io) : undefined;
  if (family instanceof Family) return family;
  throw new Error(`src/cli/${name}${OWN_EXTENSION} does not export a family ${name}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isMaker(value: unknown): value is (io: Io) => unknown {
  return typeof value === 'function';
}
