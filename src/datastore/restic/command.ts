// Runs restic on one repository: interrupts it gently, so that it removes its own lock, and waits for the locks of others.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { start, type Exit, type Running } from '../../exec/exec.ts';
import { reasonOf } from '../../model/errors.ts';
import { resticArgv, type ResticConfig } from './config.ts';
import { failure, ResticError } from './failure.ts';

/** How long restic has to remove its lock after SIGINT; then it is killed, and the lock removed for it. */
const INTERRUPT_MS = 700;
/** Several are often ended at once: one look at the repository is enough for all. */
const TOGETHER_MS = 50;

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

/** Starts restic as a child that cannot outlive this process. */
export function startRestic(config: ResticConfig, args: readonly string[]): Running {
  return start(resticArgv(config, args), { env: config.env, dieWithParent: true });
}

/** SIGINT first: restic then removes its lock, which it does not on SIGTERM before 0.16. */
export function interrupt(running: Running): void {
  running.kill('SIGINT');
  const timer = setTimeout(() => running.kill('SIGKILL'), INTERRUPT_MS);
  void running.exit.finally(() => clearTimeout(timer)).catch(() => undefined); // `ended` reports it
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
    throw failure(what, config.repository, { code: -1, stderr: '' });
  }
  if (exit.code !== 0) throw failure(what, config.repository, exit);
  return lines.join('\n');
}

/** How a program ended; one that could not even be started is reported like restic missing. */
export async function ended(running: Running): Promise<Exit> {
  try {
    return await running.exit;
  } catch (error) {
    return { code: 127, signal: null, stderr: reasonOf(error) };
  }
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

/**
 * restic that is interrupted in its first moments, or killed, leaves its lock. Those that end together are looked after together; a
 * repository without any lock costs nothing.
 */
export function unlockAfter(config: ResticConfig): Promise<void> {
  const { repository } = config;
  const begun = unlocking.get(repository) ?? unlockSoon(config);
  unlocking.set(repository, begun);
  return begun;
}

const unlocking = new Map<string, Promise<void>>();

async function unlockSoon(config: ResticConfig): Promise<void> {
  await delay(TOGETHER_MS);
  unlocking.delete(config.repository);
  const locks = await readdir(join(config.repository, 'locks')).catch(() => []);
  if (locks.length > 0) await removeStaleLocks(config).catch(() => undefined); // whoever meets the lock removes it too
}

/** Removes locks whose process is dead; locks in use stay. */
export async function removeStaleLocks(config: ResticConfig, signal?: AbortSignal): Promise<void> {
  await runRestic({ config, what: 'remove stale locks', args: ['unlock'], signal });
}
