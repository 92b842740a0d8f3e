// Looks for planted secrets where a daemon has been: its database, its log and its files, before a test removes them, and in what it answers.
// What was looked at and what was found is written down for the end of the run; a test file that is run alone fails at once.
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PLANT, plantIn } from './secret.ts';

/** `kind` was looked at `looked` times. */
export interface Look {
  kind: 'database' | 'log' | 'file' | 'answer' | 'process';
  looked: number;
  /** Databases with a secret in them that is encrypted: where none is, none could have been found. */
  sealed?: number;
  /** Where the plant was, and how it was written. */
  found: string[];
}

/** Larger files are disks and packs of backups. */
const LARGEST_BYTES = 8 * 2 ** 20;
/** Of an encrypted secret. */
const SEALED = 'enc1:';

export function record(looks: readonly Look[]): void {
  const file = process.env['ONEVAULT_PLANTED'];
  const lines = looks.filter(({ looked }) => looked > 0).map((look) => `${JSON.stringify(look)}\n`);
  if (file !== undefined) return appendFileSync(file, lines.join(''));
  const found = looks.flatMap((look) => look.found);
  if (found.length > 0) throw new Error(`A planted secret got out: ${found.join('; ')}.`);
}

/** Answers are too many to write each of them down. */
const answers: Look = { kind: 'answer', looked: 0, found: [] };

/** To be called when the daemon has ended. */
export function lookAtDaemon(directory: string, log: string): void {
  const answered = { ...answers, found: answers.found.splice(0) };
  answers.looked = 0;
  record([...lookAtFiles(directory), lookAtText('log', `the log of the daemon in ${directory}`, log), answered]);
}

/** An answer that no secret may be in: an error, or what somebody without rights is told. */
export function lookAtAnswer(what: string, text: string): void {
  answers.looked++;
  answers.found.push(...lookAtText('answer', what, text).found);
}

export function lookAtText(kind: Look['kind'], what: string, text: string): Look {
  const form = plantIn(text);
  return { kind, looked: 1, found: form === undefined ? [] : [`${what}, ${form}: ${around(text)}`] };
}

/** Databases, and all other files but those that tests write for the commands they try. */
export function lookAtFiles(directory: string, only = /^/): Look[] {
  const looks: Record<'database' | 'file', Look> = {
    database: { kind: 'database', looked: 0, sealed: 0, found: [] },
    file: { kind: 'file', looked: 0, found: [] },
  };
  for (const path of filesIn(directory).filter((path) => only.test(path))) {
    const bytes = readSmall(path);
    if (bytes === undefined) continue;
    const look = looks[/\.db(-wal|-shm)?$/.test(path) ? 'database' : 'file'];
    look.looked++;
    if (look.sealed !== undefined && bytes.includes(SEALED)) look.sealed++;
    const form = plantIn(bytes);
    if (form !== undefined) look.found.push(`${path}, ${form}: ${around(bytes.toString('latin1'))}`);
  }
  return [looks.database, looks.file];
}

/** The text before it, without what is secret. */
function around(text: string): string {
  const at = text.indexOf(PLANT);
  return at < 0 ? '' : `...${text.slice(Math.max(0, at - 60), at).replaceAll(/[^ -~]/g, '.')}<here>`;
}

/** Looks at what the tests since `sinceMs` have left in `places`: directories there whose names begin with `prefix`. */
export function lookAtLeftovers(places: readonly string[], prefix: RegExp, sinceMs: number): void {
  for (const place of places) {
    for (const name of readdirSync(place).filter((name) => prefix.test(name))) {
      const directory = join(place, name);
      const { mtimeMs = 0 } = statSync(directory, { throwIfNoEntry: false }) ?? {};
      if (mtimeMs >= sinceMs) record(lookAtFiles(directory, BY_DAEMONS));
    }
  }
}

/** What tests have left may be their own as well. */
const BY_DAEMONS = /\.(log|db|db-wal|db-shm)$/;

function filesIn(directory: string): string[] {
  // what is removed meanwhile, or is a mount that answers nobody, has nothing to look at
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() && !WRITTEN_BY_TESTS.test(entry.name) ? [path] : [];
    });
  } catch {
    return [];
  }
}

const WRITTEN_BY_TESTS = /\.(txt|tmpl|template)$/;

function readSmall(path: string): Buffer | undefined {
  try {
    return statSync(path).size <= LARGEST_BYTES ? readFileSync(path) : undefined;
  } catch {
    return undefined; // removed meanwhile
  }
}
