// Gives back the space of removed backups. It needs the repository for itself, so it never waits for others, gives way on the
// machine, and stops when its time is up: a repository is whole at any moment of it, and what is left goes another time.
import { run } from '../../exec/exec.ts';
import type { Pruned, PruneOptions } from '../backup-store.ts';
import { patiently, runRestic } from './command.ts';
import type { ResticConfig } from './config.ts';
import { ResticError } from './failure.ts';

/** Only the locks of dead processes are removed, once. */
export const NO_PATIENCE = { tries: 1, delayMs: 0 };
export const LOW_PRIORITY = ['nice', '-n', '19', 'ionice', '-c', '3'];

export async function pruneRepository(config: ResticConfig, { budgetMs, signal }: PruneOptions): Promise<Pruned> {
  const budget = new AbortController();
  const timer = setTimeout(() => budget.abort(), budgetMs);
  const stopped = AbortSignal.any([signal, budget.signal]);
  let before = 0;
  try {
    before = await bytesOf(config, stopped);
    const args = ['prune', ...config.pruneOptions];
    const low = { ...config, prefix: LOW_PRIORITY };
    await patiently(config, NO_PATIENCE, stopped, () =>
      runRestic({ config: low, what: 'give space back', args, signal: stopped }),
    );
    return { complete: true, freedBytes: await freed(config, before) };
  } catch (error) {
    const locked = error instanceof ResticError && error.trouble === 'locked';
    if (!locked && !stopped.aborted) throw error;
    // who stopped it waits for that, and counting takes a while
    return { complete: false, freedBytes: locked || signal.aborted ? 0 : await freed(config, before) };
  } finally {
    clearTimeout(timer);
  }
}

async function freed(config: ResticConfig, before: number): Promise<number> {
  return Math.max(0, before - (await bytesOf(config)));
}

/**
 * What the files of a directory take; some may vanish while du walks: it then ends with 1 but has the sum. What is elsewhere is not
 * counted: restic says what it removes, and that is told.
 */
async function bytesOf({ transport: { local } }: ResticConfig, signal?: AbortSignal): Promise<number> {
  if (local === undefined) return 0;
  const { stdout } = await run(['du', '-s', '--block-size=1', '--', local], { okCodes: [1], signal });
  return Number.parseInt(stdout, 10) || 0;
}
