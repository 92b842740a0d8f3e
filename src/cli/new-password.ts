// A new password, from wherever the user gives it: the command line, a file, the terminal (asked twice, not shown) or stdin.
import { readFileSync } from 'node:fs';
import { reasonOf } from '../model/errors.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';

export interface PasswordOptions {
  readFile?: boolean;
}

export const PASSWORD_OPTIONS = [
  ['-r, --read-file', 'the password given is the name of a file; its first line is the password'],
] as const;

/** The password. Throws Failure when there is none; the text of a Failure never has any of it. */
export async function newPassword(io: Io, given: string | undefined, options: PasswordOptions): Promise<string> {
  if (given !== undefined) return options.readFile ? firstLineOf(given) : given;
  if (options.readFile) throw new Failure('--read-file needs the name of a file in place of the password.');
  const password = (await asked(io)) ?? firstLine((await io.readStdin(true, '')) ?? '');
  if (password === '') throw new Failure('No password was given: type it, or give it as a file (-r) or on stdin.');
  return password;
}

/** What was typed twice; null without a terminal. */
async function asked(io: Io): Promise<string | null> {
  const password = await io.askSecret('New password: ');
  if (password === null || password === '') return password;
  if ((await io.askSecret('The same again: ')) !== password) throw new Failure('The two passwords are not the same.');
  return password;
}

function firstLineOf(path: string): string {
  try {
    return firstLine(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Failure(`The password cannot be read from ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}
