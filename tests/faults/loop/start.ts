// Runs a program of this folder in a process of its own: it breaks Node's own modules.
import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** With ONEVAULT_SEED, or one that chance gives; the report names it. */
export function faultLoop(program: string, args: readonly string[]): Promise<{ report: string; code: number }> {
  const seed = process.env['ONEVAULT_SEED'] ?? String(Math.floor(Math.random() * 1e6));
  const path = join(import.meta.dirname, program);
  const argv = ['--disable-warning=ExperimentalWarning', path, '--seed', seed, ...args];
  return new Promise((resolve) => {
    const done = execFile(process.execPath, argv, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ report: `${stdout}${stderr}`, code: error ? (done.exitCode ?? -1) : 0 }),
    );
  });
}
