// Runs a program that talks to the user itself, such as an editor, on the terminal of this process.
import { spawn } from 'node:child_process';

/** Runs it to its end; its exit code, or -1 when a signal ended it. Rejects when it cannot be started. */
export function runOnTerminal(argv: readonly [string, ...string[]]): Promise<number> {
  const child = spawn(argv[0], argv.slice(1), { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}
