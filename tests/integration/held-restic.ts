// A restic that waits before it reads a backup for a copy, until it is let: what happens meanwhile does not depend on how fast a machine is.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/exec/exec.ts';
import { processesWhere } from '../faults/processes.ts';

export class HeldRestic {
  /** A PATH that has it before the real one. */
  readonly path: string;
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.path = `${directory}:${process.env['PATH'] ?? ''}`;
  }

  static async make(): Promise<HeldRestic> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-held-'));
    const real = (await run(['which', 'restic'])).stdout.trim();
    const reads = '*" dump "*|*" restore "*|*"-copy "*)';
    const waits = `while [ -e ${directory}/hold ]; do sleep 0.1; done`;
    const script = join(directory, 'restic');
    await writeFile(script, `#!/bin/sh\ncase " $* " in ${reads} ${waits} ;; esac\nexec ${real} "$@"\n`);
    await chmod(script, 0o755);
    return new HeldRestic(directory);
  }

  async hold(): Promise<void> {
    await writeFile(join(this.#directory, 'hold'), '');
  }

  async letGo(): Promise<void> {
    await rm(join(this.#directory, 'hold'), { force: true });
  }

  /** Those that wait. */
  waiting(): number[] {
    return processesWhere((command) => command.startsWith(`/bin/sh ${this.#directory}/restic `));
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}
