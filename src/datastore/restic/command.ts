// Runs restic on one repository to its end, and waits for the locks of others.
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResticConfig } from './config.ts';
import { failure, ResticError } from './failure.ts';
import { ended, interrupt, startRestic } from './start.ts';
import { removeStaleLocks, unlockAfter } from './unlock.ts';

/** How long to wait for a repository that another process has locked. */
export interface Patience {
  tries: number;
  delayMs: number;
}

export interface ResticRun {
  config: ResticConfig;
  /** What this is for, as in "store the backup of VM 7". */
  what: string;
  args: string[];
  signal?: AbortSignal | undefined;
  /** Called with every line of stdout; without it the lines are returned. */
  onLine?: (line: string) => void;
}

/** Runs restic to its end and returns stdout. Throws ResticError on any exit code but 0. */
export async function runRestic(run: ResticRun): Promise<string> {
  const { config, what, signal } = run;
  signal?.throwIfAborted();
  const running = startRestic(config, run.args);
  const stop = (): void => interrupt(running);
  signal?.addEventListener('abort', stop, { once: true });
  const lines: string[] = [];
  createInterface({ input: running.stdout }).on('line', run.onLine ?? ((line) => lines.push(line)));
  const exit = await ended(running).finally(() => signal?.removeEventListener('abort', stop));
  if (signal?.aborted) {
    if (!run.args.includes('--no-lock')) await unlockAfter(config);
    throw failure(what, config, { code: -1, stderr: '' });
  }
  if (exit.code !== 0) throw failure(what, config, exit);
  return lines.join('\n');
}

/**
 * Does the work again while another process has the repository locked. Locks of dead processes are removed first, which
 * `restic unlock` does and does only that.
 */
export async function patiently<T>(
  config: ResticConfig,
  patience: Patience,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ResticError) || error.trouble !== 'locked' || attempt >= patience.tries) throw error;
      await removeStaleLocks(config, signal);
      if (attempt > 0) await delay(patience.delayMs, undefined, { signal });
    }
  }
}
