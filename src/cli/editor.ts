// Lets the user edit a text in $EDITOR. The text lies in a file that only the user may read, and goes when the editor ends.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reasonOf } from '../model/errors.ts';
import { runOnTerminal } from '../exec/terminal.ts';
import { Failure } from './failure.ts';

/** The text as the editor left it. `command` may have options, `code --wait`. Throws Failure when the editor fails. */
export async function editText(command: string, text: string): Promise<string> {
  const [program = 'vi', ...options] = command.split(/\s+/).filter((word) => word !== '');
  const directory = await mkdtemp(path.join(tmpdir(), 'onevault-edit-')); // mode 0700
  try {
    const file = path.join(directory, 'template');
    await writeFile(file, text, { mode: 0o600 });
    const code = await started(program, [...options, file]);
    if (code !== 0) throw new Failure(`The editor ${command} ended with status ${code}; nothing was changed.`);
    return await readFile(file, 'utf8');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function started(program: string, args: string[]): Promise<number> {
  try {
    return await runOnTerminal([program, ...args]);
  } catch (error) {
    throw new Failure(`The editor could not be started (${reasonOf(error)}); name another in EDITOR, or give a file.`, {
      cause: error,
    });
  }
}
